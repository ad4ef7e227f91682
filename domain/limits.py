"""Every bound that a caller can meet, in one table.

A limit is checked where the input enters, refused with reason LIMIT_EXCEEDED (or INVALID_FIELD for the bounds of a single
field), and tested at its edge. docs/limits.md is rendered from LIMITS by `make fix`, and a test holds the two together.
"""

from dataclasses import dataclass
from typing import Final

MAX_MESSAGE_BYTES: Final = 32 * 1024 * 1024
MAX_BATCH_ROWS: Final = 100_000
MAX_CHANGES: Final = 100_000
MAX_CORRECTIONS: Final = 10_000
MAX_ERASED_PROFILES: Final = 10_000
MAX_LINKED_PAIRS: Final = 10_000
MAX_PERSON_PROFILES: Final = 100
MAX_TAGGED_PROFILES: Final = 10_000_000
MAX_MERGED_CHANGES: Final = 20_000_000
MAX_FOREIGN_TAGS: Final = 10_000
MAX_NAMESPACE_CHARACTERS: Final = 63
MAX_EXCLUSIVE_TAGS: Final = 500
MAX_DEPARTMENTS: Final = 10_000
MAX_STAFF: Final = 50_000
MAX_PERSONAL_TAGS: Final = 3_000
MAX_LIFETIME_US: Final = 36_525 * 86_400_000_000
MAX_CHOICES: Final = 100
MAX_PERSONAL_TEXTS: Final = 2_000_000_000
MAX_PROFILE_SEGMENTS: Final = 1_000
MAX_RECENCY_BOUNDS: Final = 20
MAX_TIMELINE: Final = 1_000
MAX_PREVIEWED_SEGMENTS: Final = 200
MAX_SHOWN_PROFILES: Final = 100
MAX_SHOWN_APPLIERS: Final = 20
MAX_SHOWN_TAG_PAIRS: Final = 1_000
MAX_DAYS_OF_USE: Final = 3_660
MAX_PROPERTIES_PER_BATCH: Final = 64
MAX_PROFILE_ID_BYTES: Final = 256
MAX_INTERACTION_ID_BYTES: Final = 256
MAX_NAME_CHARACTERS: Final = 128
MAX_ATTRIBUTION_CHARACTERS: Final = 200
MAX_REASON_CHARACTERS: Final = 1_000
MAX_DESCRIPTION_CHARACTERS: Final = 1_000
MAX_VALUE_BYTES: Final = 1_024
MAX_NUMBER_MAGNITUDE: Final = 1e14
MAX_AMOUNT_UNITS: Final = 10**15
MAX_EXPRESSION_CHARACTERS: Final = 65_536
MAX_EXPRESSION_NODES: Final = 1_000
MAX_EXPRESSION_DEPTH: Final = 64
MAX_TREE_MESSAGES: Final = 100
MAX_SEGMENT_NESTING: Final = 32
MAX_PLANNED_NODES: Final = 5_000
MAX_PLANNED_DEPTH: Final = 160
MAX_NUMBER_DIGITS: Final = 15
MAX_COUNT: Final = 1_000_000_000
MAX_SPAN_DAYS: Final = 36_525
MAX_PERIODS: Final = 1_000
MAX_SEQUENCE_STEPS: Final = 10
MAX_PERCENT_DECIMALS: Final = 6
MAX_SALT_CHARACTERS: Final = 128
MAX_LIST_IDS: Final = 20_000_000
MAX_LIST_VERSIONS: Final = 1_000
MAX_LISTS: Final = 10_000
MAX_CHECKED_PROFILES: Final = 10_000
MAX_QUESTION_ROWS: Final = 4_000_000_000
MAX_EXPLAINED_EVENTS: Final = 20_000
MAX_EXPLAINED_LEAVES: Final = 1_000
MAX_EVIDENCE: Final = 20
MAX_CITED_EVENTS: Final = 1_000
MAX_FLIP_EVALUATIONS: Final = 20_000
MAX_AXES: Final = 4
MAX_AXIS_PARTS: Final = 1_000
DEFAULT_AXIS_VALUES: Final = 20
MAX_CROSSED_CELLS: Final = 10_000
MAX_SERIES_POINTS: Final = 1_000
MAX_MEMBERS_PAGE: Final = 10_000
DEFAULT_MEMBERS_PAGE: Final = 1_000
MAX_LIST_PAGE: Final = 1_000
DEFAULT_LIST_PAGE: Final = 100
MAX_EXPORT_COLUMNS: Final = 100
MAX_CONCURRENT_STREAMS: Final = 1_000
MAX_CONCURRENT_REQUESTS: Final = 2_000
MAX_QUEUED_WRITE_BYTES: Final = 256 * 1024 * 1024

# Instants are microseconds since the epoch, UTC; the bounds keep calendar arithmetic inside years that every library knows.
MIN_INSTANT_US: Final = -2_208_988_800_000_000  # 1900-01-01T00:00:00Z, inclusive
MAX_INSTANT_US: Final = 7_258_118_400_000_000  # 2200-01-01T00:00:00Z, exclusive


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of docs/limits.md."""

    name: str
    maximum: str
    what: str
    beyond: str


LIMITS: Final = (
    Limit("message", f"{MAX_MESSAGE_BYTES:,} bytes", "a gRPC message in either direction", "RESOURCE_EXHAUSTED by gRPC"),
    Limit("batch rows", f"{MAX_BATCH_ROWS:,}", "interactions in one batch", "LIMIT_EXCEEDED"),
    Limit("changes", f"{MAX_CHANGES:,}", "tag and trait changes in one changeset", "LIMIT_EXCEEDED"),
    Limit("corrections", f"{MAX_CORRECTIONS:,}", "interactions retracted or replaced by one request", "LIMIT_EXCEEDED"),
    Limit("exclusive tags", f"{MAX_EXCLUSIVE_TAGS:,}", "tags of one exclusive group, retired ones too", "LIMIT_EXCEEDED"),
    Limit("tagged profiles", f"{MAX_TAGGED_PROFILES:,}", "profiles of one TagSegment or TransferCustomers", "LIMIT_EXCEEDED"),
    Limit("departments", f"{MAX_DEPARTMENTS:,}", "departments of a workspace, retired ones too", "LIMIT_EXCEEDED"),
    Limit("staff", f"{MAX_STAFF:,}", "staff of a workspace, those who left too", "LIMIT_EXCEEDED"),
    Limit("personal tags", f"{MAX_PERSONAL_TAGS:,}", "a staff member's own tags, retired ones too", "LIMIT_EXCEEDED"),
    Limit(
        "personal texts",
        f"{MAX_PERSONAL_TEXTS:,}",
        "personal traits of a workspace, former ones too",
        "LIMIT_EXCEEDED",
    ),
    Limit(
        "lifetime", f"1 microsecond to {MAX_LIFETIME_US // 86_400_000_000:,} days", "of a tag's assignments", "INVALID_FIELD"
    ),
    Limit("choices", f"{MAX_CHOICES}", "texts of which one goes with an assignment of a tag", "LIMIT_EXCEEDED"),
    Limit("linked pairs", f"{MAX_LINKED_PAIRS:,}", "pairs of one LinkProfiles or UnlinkProfiles", "LIMIT_EXCEEDED"),
    Limit("profiles of a person", f"{MAX_PERSON_PROFILES}", "profiles that links make one person", "LIMIT_EXCEEDED"),
    Limit("erased profiles", f"{MAX_ERASED_PROFILES:,}", "profile ids of one EraseProfiles", "LIMIT_EXCEEDED"),
    Limit(
        "merged changes",
        f"{MAX_MERGED_CHANGES:,}",
        "changes of two tags that are merged, of the profiles of the merged one",
        "LIMIT_EXCEEDED",
    ),
    Limit("foreign tags", f"{MAX_FOREIGN_TAGS:,}", "names of other systems mapped by one request", "LIMIT_EXCEEDED"),
    Limit(
        "namespace",
        f"1 to {MAX_NAMESPACE_CHARACTERS} characters",
        "of another system's names, before the `:`; the whole has the bounds of a tag's key",
        "INVALID_FIELD",
    ),
    Limit(
        "previewed segments",
        f"{MAX_PREVIEWED_SEGMENTS}",
        "named segments for which a dry run tells who would enter and leave; the reply has how many there are",
        "cut to it, by name",
    ),
    Limit("profile segments", f"{MAX_PROFILE_SEGMENTS:,}", "named segments that GetProfile asks, by name", "cut to it"),
    Limit("recency bounds", f"{MAX_RECENCY_BOUNDS}", "bounds of recency tiers in one request", "INVALID_FIELD"),
    Limit("timeline", f"{MAX_TIMELINE:,}", "entries of history in GetProfile; page with ListProfileHistory", "INVALID_FIELD"),
    Limit(
        "shown profiles", f"{MAX_SHOWN_PROFILES}", "profile ids that a dry run or an undo lists beside their count", "cut to it"
    ),
    Limit("properties", f"{MAX_PROPERTIES_PER_BATCH}", "properties of one batch", "LIMIT_EXCEEDED"),
    Limit("profile_id", f"1 to {MAX_PROFILE_ID_BYTES} bytes", "a profile id as UTF-8", "INVALID_FIELD"),
    Limit("interaction id", f"{MAX_INTERACTION_ID_BYTES} bytes", "an interaction id as UTF-8", "INVALID_FIELD"),
    Limit(
        "name",
        f"1 to {MAX_NAME_CHARACTERS} characters",
        "a type, touchpoint, property, trait, group, tag, list or segment name",
        "INVALID_FIELD",
    ),
    Limit("actor, source", f"1 to {MAX_ATTRIBUTION_CHARACTERS} characters", "who and from where", "INVALID_FIELD"),
    Limit("reason", f"{MAX_REASON_CHARACTERS:,} characters", "why", "INVALID_FIELD"),
    Limit("description", f"{MAX_DESCRIPTION_CHARACTERS:,} characters", "of a tag, group, list or segment", "INVALID_FIELD"),
    Limit("string value", f"{MAX_VALUE_BYTES:,} bytes", "a trait or property value as UTF-8", "INVALID_FIELD"),
    Limit("number", f"±{MAX_NUMBER_MAGNITUDE:.0e}", "a tag, trait or property value; finite", "INVALID_FIELD"),
    Limit("amount", f"±{MAX_AMOUNT_UNITS:,}", "an amount in 1/10,000 of the currency unit", "INVALID_FIELD"),
    Limit("instant", "1900-01-01 to before 2200-01-01", "any instant, UTC", "INVALID_FIELD"),
    Limit("expression text", f"{MAX_EXPRESSION_CHARACTERS:,} characters", "a segment expression as text", "LIMIT_EXCEEDED"),
    Limit(
        "expression nodes",
        f"{MAX_EXPRESSION_NODES:,}",
        "nodes of the tree, conditions of filters and listed values among them",
        "LIMIT_EXCEEDED",
    ),
    Limit("expression depth", f"{MAX_EXPRESSION_DEPTH}", "nesting of the tree", "LIMIT_EXCEEDED"),
    Limit("segment nesting", f"{MAX_SEGMENT_NESTING}", "segments that name segments, one inside the other", "LIMIT_EXCEEDED"),
    Limit(
        "nodes with segments",
        f"{MAX_PLANNED_NODES:,}",
        "leaves, ands, ors and nots of an expression and of every segment that it depends on, each once",
        "LIMIT_EXCEEDED",
    ),
    Limit("depth with segments", f"{MAX_PLANNED_DEPTH}", "nesting, through the segments that are named", "LIMIT_EXCEEDED"),
    Limit("number digits", f"{MAX_NUMBER_DIGITS}", "significant digits of a number in an expression", "INVALID_EXPRESSION"),
    Limit("count bound", f"0 to {MAX_COUNT:,}", "the number that did, distinct and days compare with", "INVALID_EXPRESSION"),
    Limit("top", f"1 to {MAX_COUNT:,}", "the number of profiles of `top`", "INVALID_EXPRESSION"),
    Limit("version", f"1 to {MAX_COUNT:,}", "in `in segment … version`, `in list … version`", "INVALID_EXPRESSION"),
    Limit("span", f"{MAX_SPAN_DAYS:,} days", "the length of a window or pause (100 years)", "INVALID_EXPRESSION"),
    Limit("periods", f"1 to {MAX_PERIODS:,}", "the periods of `in at least 2 of last 3 calendar months`", "INVALID_EXPRESSION"),
    Limit("sequence steps", f"{MAX_SEQUENCE_STEPS}", "steps of a sequence, the first among them", "INVALID_EXPRESSION"),
    Limit(
        "percent decimals", f"{MAX_PERCENT_DECIMALS}", "decimals of the percentage of `top` or `sample`", "INVALID_EXPRESSION"
    ),
    Limit("salt", f"1 to {MAX_SALT_CHARACTERS} characters", "the text that a sample is taken by", "INVALID_EXPRESSION"),
    Limit(
        "question rows",
        f"{MAX_QUESTION_ROWS:,}",
        "rows that answering one expression may touch, by the plan's estimate; refused before anything runs",
        "LIMIT_EXCEEDED",
    ),
    Limit("list ids", f"{MAX_LIST_IDS:,}, {MAX_BATCH_ROWS:,} in a part", "profile ids of one UploadList", "LIMIT_EXCEEDED"),
    Limit("lists", f"{MAX_LISTS:,}", "lists of a workspace, retired ones too", "LIMIT_EXCEEDED"),
    Limit("list versions", f"{MAX_LIST_VERSIONS:,}", "uploads of one list", "LIMIT_EXCEEDED"),
    Limit("checked profiles", f"{MAX_CHECKED_PROFILES:,}", "profiles of one CheckProfiles", "LIMIT_EXCEEDED"),
    Limit(
        "explained events",
        f"{MAX_EXPLAINED_EVENTS:,}",
        "changes and interactions of the profile of one Explain, those up to known_at",
        "LIMIT_EXCEEDED",
    ),
    Limit(
        "explained leaves",
        f"{MAX_EXPLAINED_LEAVES:,}",
        "different leaves of an expression explained for a profile, those of segments among them",
        "LIMIT_EXCEEDED",
    ),
    Limit(
        "evidence",
        f"{MAX_EVIDENCE} of a leaf, {MAX_CITED_EVENTS:,} of a reply",
        "events that Explain cites; the reply has their count",
        "cut to it, evenly",
    ),
    Limit(
        "flips",
        f"{MAX_FLIP_EVALUATIONS:,}",
        "instants at which one Explain looks for a change by time alone, shared out evenly among the leaves",
        "told until then",
    ),
    Limit("axes", f"1 to {MAX_AXES}", "axes of one CrossTabulate", "INVALID_FIELD"),
    Limit("axis parts", f"1 to {MAX_AXIS_PARTS:,}", "segments, or values of a trait, of one axis", "INVALID_FIELD"),
    Limit(
        "crossed cells",
        f"{MAX_CROSSED_CELLS:,}",
        "combinations of parts, and rests, of one CrossTabulate",
        "LIMIT_EXCEEDED",
    ),
    Limit("series points", f"{MAX_SERIES_POINTS:,}", "instants of one SegmentSeries", "LIMIT_EXCEEDED"),
    Limit(
        "tree messages",
        f"{MAX_TREE_MESSAGES}",
        "messages inside each other in the tree of ValidateExpression: more, protobuf does not read",
        "LIMIT_EXCEEDED",
    ),
    Limit("days of use", f"1 to {MAX_DAYS_OF_USE:,}", "days of one GetTagUse", "INVALID_FIELD"),
    Limit("shown appliers", f"{MAX_SHOWN_APPLIERS}", "who applied a tag, in one GetTagUse; others are counted", "cut to it"),
    Limit("shown pairs", f"{MAX_SHOWN_TAG_PAIRS:,}", "tags that are alike, in one ReviewTags", "cut to it"),
    Limit("members page", f"{MAX_MEMBERS_PAGE:,}", "profile ids in one page of ListMembers", "cut to it"),
    Limit("list page", f"{MAX_LIST_PAGE:,}", "entries in one page of other lists", "cut to it"),
    Limit("export columns", f"{MAX_EXPORT_COLUMNS}", "columns beside profile_id", "LIMIT_EXCEEDED"),
    Limit("concurrent streams", f"{MAX_CONCURRENT_STREAMS:,}", "calls in flight on one connection", "wait, by HTTP/2"),
    Limit("concurrent requests", f"{MAX_CONCURRENT_REQUESTS:,}", "calls in flight on one server", "RESOURCE_EXHAUSTED by gRPC"),
    Limit("queued writes", f"{MAX_QUEUED_WRITE_BYTES:,} bytes", "writes waiting for their commit", "OVERLOADED"),
)
