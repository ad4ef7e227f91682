"""SegmentService."""

import time
from typing import TypeAlias

import grpc
from tagledger.v1 import common_pb2, expression_pb2
from tagledger.v1 import segment_service_pb2 as pb
from tagledger.v1 import segment_service_pb2_grpc as rpc

from domain import limits
from domain.errors import LimitExceeded
from server.convert.answers import steps_out, warnings_out
from server.convert.contexts import clocks_in, clocks_out, page_size_in, read_in
from server.convert.explanations import why_out
from server.convert.expressions import segment_in, tree_out
from server.convert.fields import Checks
from server.servicers.running import Work
from server.usecases.asking import Asked, Questions
from server.usecases.explaining import Explaining

Context: TypeAlias = grpc.aio.ServicerContext


class SegmentServicer(rpc.SegmentServiceServicer):
    """Questions about segments."""

    def __init__(self, questions: Questions, explaining: Explaining, work: Work) -> None:
        self._questions = questions
        self._explaining = explaining
        self._work = work

    async def Count(self, request: pb.CountRequest, context: Context) -> pb.CountResponse:
        """See the proto."""
        started = time.perf_counter_ns()
        asked = self._ask(request.context, request.segment)
        count = await self._work.by_cost(asked, asked.execution.count)
        return pb.CountResponse(
            position=asked.reading.position,
            clocks=clocks_out(asked.reading),
            count=count,
            warnings=warnings_out(asked.warnings),
            engine_us=(time.perf_counter_ns() - started) // 1000,
        )

    async def ListMembers(self, request: pb.ListMembersRequest, context: Context) -> pb.ListMembersResponse:
        """See the proto."""
        checks = Checks()
        reader, as_of, known_at = read_in(request.context, checks)
        size = page_size_in(request.page_size, limits.DEFAULT_MEMBERS_PAGE, limits.MAX_MEMBERS_PAGE, checks)
        checks.refuse()
        segment = segment_in(request.segment)
        page = await self._work.in_thread(
            lambda: self._questions.page(reader, as_of, known_at, segment, size, request.page_token)
        )
        return pb.ListMembersResponse(
            position=page.asked.reading.position,
            clocks=clocks_out(page.asked.reading),
            profile_ids=page.profile_ids,
            total_count=page.total,
            next_page_token=page.next_token,
            warnings=warnings_out(page.asked.warnings),
        )

    async def CompareSegment(self, request: pb.CompareSegmentRequest, context: Context) -> pb.CompareSegmentResponse:
        """See the proto."""
        checks = Checks()
        reader, as_of, known_at = read_in(request.context, checks)
        before = clocks_in(request.before, checks, "before")
        size = page_size_in(request.page_size, limits.DEFAULT_MEMBERS_PAGE, limits.MAX_MEMBERS_PAGE, checks)
        checks.refuse()
        segment = segment_in(request.segment)
        found = await self._work.in_thread(
            lambda: self._questions.compare(reader, before, (as_of, known_at), segment, size, request.page_token)
        )
        return pb.CompareSegmentResponse(
            position=found.after.reading.position,
            clocks=clocks_out(found.after.reading),
            before_clocks=clocks_out(found.before.reading),
            entered_count=found.entered,
            left_count=found.left,
            stayed_count=found.stayed,
            changes=[pb.MembershipChange(profile_id=name, entered=entered) for name, entered in found.changes],
            next_page_token=found.next_token,
            warnings=warnings_out(found.after.warnings),
        )

    async def CheckProfiles(self, request: pb.CheckProfilesRequest, context: Context) -> pb.CheckProfilesResponse:
        """See the proto."""
        checks = Checks()
        LimitExceeded.refuse(
            "checked profiles",
            field="profile_ids",
            maximum=limits.MAX_CHECKED_PROFILES,
            actual=len(request.profile_ids),
            remedy="ask in several requests, or list the members",
        )
        if not request.profile_ids:
            checks.add("profile_ids", "at least one profile id is needed")
        checks.profile_ids("profile_ids", request.profile_ids)
        checks.refuse()
        asked = self._ask(request.context, request.segment)
        answers = await self._work.by_cost(asked, lambda: self._questions.check(asked, request.profile_ids))
        results = [
            pb.ProfileCheck(profile_id=profile_id, member=member, known=known)
            for profile_id, (member, known) in zip(request.profile_ids, answers, strict=True)
        ]
        return pb.CheckProfilesResponse(
            position=asked.reading.position,
            clocks=clocks_out(asked.reading),
            results=results,
            warnings=warnings_out(asked.warnings),
        )

    async def Explain(self, request: pb.ExplainRequest, context: Context) -> pb.ExplainResponse:
        """See the proto."""
        checks = Checks()
        if request.profile_id:
            checks.profile_id("profile_id", request.profile_id)
        checks.refuse()
        asked = self._ask(request.context, request.segment)
        explained = await self._work.in_thread(lambda: self._explaining.explain(asked, request.profile_id))
        plan, profile, why = explained.plan, None, None
        if explained.profile:
            profile = pb.ProfileCheck(profile_id=request.profile_id, member=bool(plan.member), known=explained.known)
            why = why_out(asked.reading.state, explained.profile)
        return pb.ExplainResponse(
            position=asked.reading.position,
            clocks=clocks_out(asked.reading),
            canonical_text=asked.expression.text,
            steps=steps_out(plan),
            count=plan.count,
            profile=profile,
            warnings=warnings_out(asked.warnings),
            engine_us=plan.engine_us,
            why=why,
        )

    async def ValidateExpression(
        self, request: pb.ValidateExpressionRequest, context: Context
    ) -> pb.ValidateExpressionResponse:
        """See the proto."""
        checks = Checks()
        workspace = checks.workspace("workspace", request.workspace)
        checks.refuse()
        reading, expression, warnings = self._questions.validate(workspace, segment_in(request.segment))
        return pb.ValidateExpressionResponse(
            position=reading.position,
            canonical_text=expression.text,
            tree=tree_out(expression.expression),
            warnings=warnings_out(warnings),
        )

    def _ask(self, read: common_pb2.ReadContext, segment: expression_pb2.Segment) -> Asked:
        checks = Checks()
        reader, as_of, known_at = read_in(read, checks)
        checks.refuse()
        return self._questions.ask(reader, as_of, known_at, segment_in(segment))
