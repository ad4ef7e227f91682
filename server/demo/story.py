"""The demo's steps. Each prints the command that it runs, so that the demo is also a tour.

It starts `tagledger serve` as a process of its own on a temporary folder. On a terminal it leaves the service running until
Ctrl-C; otherwise it ends, with exit status 0.
"""

import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

DATA = Path(__file__).parent / "data"
_START_SECONDS_MAX = 60
_AS_OF = "2017-11-15"
_HOUSEHOLD = "1823"
_HEADLINE = "tagged campaign/18 and did purchase in last 30 days"
_QUESTIONS = (
    _HEADLINE,
    "tagged campaign/18 and not did purchase in last 30 days",
    "did purchase at least 3 times in this month",
    "sum(purchase.amount) >= 500 in last 90 days and not did redeem ever",
    "first purchase in last 60 days or last purchase before 60 days ago",
    'age in ("25-34", "35-44") and did purchase where main_department = "PRODUCE" and amount >= 20 in last 30 days',
)


def tell(listen: str) -> None:
    """Run the demo."""
    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="tagledger-demo-"))
    try:
        with _service(listen, folder) as target:
            _steps(target, folder)
            click.secho(f"\nThat took {time.monotonic() - started:.0f} s, the service's start included.", bold=True)
            if sys.stdin.isatty() and sys.stdout.isatty():
                _stay(target, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _steps(target: str, folder: Path) -> None:
    _heading("1. Import: purchases, coupon redemptions, campaigns as tags, demographics as traits")
    _run(
        f"import interactions {DATA}/baskets.parquet --profile household_id --type purchase --at bought_at --amount paid "
        "--id basket_id --touchpoint store_id --property items --property main_department",
        target,
    )
    _run(
        f"import interactions {DATA}/redemptions.parquet --profile household_id --type redeem --at redemption_date "
        "--id redemption_id --property campaign_id --property coupon_upc --property-type coupon_upc=string",
        target,
    )
    _run(
        f"import tags {DATA}/campaigns.parquet --profile household_id --tag-column tag --at start_date --create-tags "
        "--actor planner:campaigns --reason 'household was sent the campaign'",
        target,
    )
    _run(
        f"import traits {DATA}/demographics.parquet --profile household_id --trait age --trait income --trait household_size "
        "--trait kids_count --effective-at 2017-01-01",
        target,
    )
    _heading(f"2. Ask, as of {_AS_OF}")
    for question in _QUESTIONS:
        _run(f"count {shlex.quote(question)} --as-of {_AS_OF}", target)
    _heading("3. How is that computed, and is household 1823 in it?")
    _run(f"explain {shlex.quote(_HEADLINE)} --as-of {_AS_OF} --profile {_HOUSEHOLD}", target)
    _heading("4. A colleague tags a household by hand: who tagged whom, when, and why?")
    _run(
        f"tag 重点客户 {_HOUSEHOLD} --create-tags --actor staff:li.wei --reason 'asked for wine tastings' "
        "--effective-at 2017-10-28",
        target,
    )
    _run(f"history profile {_HOUSEHOLD} --without-interactions --newest-first --limit 8", target)
    _heading("5. Export a segment, for a batch job")
    output = folder / "segment.parquet"
    _run(
        f"export {shlex.quote(_HEADLINE)} --as-of {_AS_OF} --column trait:age --column trait:income --column tag:重点客户 "
        f"--output {output}",
        target,
    )


def _stay(target: str, folder: Path) -> None:
    click.echo(f"\nThe service goes on at {target}, with its log in {folder}. Ask it something from another terminal:")
    click.secho(f"  .venv/bin/tagledger count 'did purchase in last 7 days' --as-of 2017-12-01 --target {target}", bold=True)
    click.echo("Ctrl-C ends it and removes the folder.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        click.echo("\nEnding.")


def _heading(text: str) -> None:
    click.secho(f"\n{text}", fg="cyan", bold=True)


def _run(arguments: str, target: str) -> None:
    shown = arguments.replace(f"{DATA}/", "")
    click.secho(f"\n$ tagledger {shown}", fg="green")
    sys.stdout.flush()
    subprocess.run([sys.executable, "-m", "server", *shlex.split(arguments), "--target", target], check=True)


@contextmanager
def _service(listen: str, folder: Path) -> Iterator[str]:
    """`tagledger serve` on the folder; its address. Ended with SIGTERM."""
    command = [sys.executable, "-m", "server", "serve", "--listen", listen, "--data", str(folder / "data")]
    click.secho(f"$ tagledger serve --listen {listen} --data {folder / 'data'}", fg="green")
    process = subprocess.Popen([*command, "--log-level", "warning"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        announcement = process.stdout.readline()
        if not announcement:
            raise click.ClickException(f"the service did not start (exit status {process.wait(_START_SECONDS_MAX)}); see above")
        click.echo(announcement.strip())
        yield announcement.rpartition(" ")[2].strip()
    finally:
        process.terminate()
        process.wait()
