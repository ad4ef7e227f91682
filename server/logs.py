"""Structured logs on standard error: one JSON object a line, or coloured text for a person."""

import logging
import sys

import structlog

from server.config import Config


def configure(config: Config) -> None:
    """Set structlog up for the process."""
    text = config.log_format == "text" or (config.log_format == "auto" and sys.stderr.isatty())
    # Not with the locals of each frame: what customers are called has no place in a log.
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer: structlog.typing.Processor = console if text else structlog.processors.JSONRenderer()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    errors: list[structlog.typing.Processor] = [] if text else [structlog.processors.format_exc_info]
    structlog.configure(
        processors=[*shared, *errors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[config.log_level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
