"""Every operation of the API, by name."""

from __future__ import annotations

from functions.api.approval_shapes import ApprovalDetail, ApprovalPage, ApprovalQuery, Decide
from functions.api.common import Caller, Health, LedgerPage
from functions.api.house_shapes import (
    Clouds,
    CostQuery,
    Costs,
    DenialQuery,
    JudgedPage,
    Policies,
    SavingsView,
    ShadowPage,
    ToolContract,
    Tools,
)
from functions.api.operation import Operation, Paged
from functions.api.run_shapes import (
    Answer,
    CandidateQuery,
    Candidates,
    NewPlan,
    NewRun,
    PlanPreview,
    Reason,
    RunDetail,
    RunPage,
    RunQuery,
)
from workflow.deploy.replay import Replayed
from workflow.store.ledger import Verification

OPERATIONS = (
    Operation("getHealth", "GET", "/health", "health", "Whether the API answers.", Health, anyone=True),
    Operation("getCaller", "GET", "/caller", "health", "Who is calling.", Caller),
    Operation("listRuns", "GET", "/runs", "runs", "Runs of the tenant, newest first.", RunPage, RunQuery),
    Operation("startRun", "POST", "/runs", "runs", "Start a run from words. The same key again is the same run.",
              RunDetail, body=NewRun, status=201, keyed=True),
    Operation("getRun", "GET", "/runs/{run}", "runs", "One run, with its record once it has ended.", RunDetail,
              tagged=True),
    Operation("listRunEvents", "GET", "/runs/{run}/events", "runs", "A run's ledger entries, oldest first.",
              LedgerPage, Paged),
    Operation("streamRunEvents", "GET", "/runs/{run}/stream", "runs",
              "A run's ledger entries as they come, until it has ended. Resumed by Last-Event-ID.", None),
    Operation("getCandidates", "GET", "/runs/{run}/candidates", "runs", "What was compared, and why it lost.",
              Candidates, CandidateQuery, tagged=True),
    Operation("replayRun", "GET", "/runs/{run}/replay", "runs",
              "Whether every decision of the run comes out the same again.", Replayed),
    Operation("cancelRun", "POST", "/runs/{run}/cancel", "runs", "Ask that a run end, and what it did be undone.",
              RunDetail, body=Reason, status=202),
    Operation("answerRun", "POST", "/runs/{run}/answer", "runs",
              "Answer the question that a run ended with: a new run begins.", RunDetail, body=Answer, status=201,
              keyed=True),
    Operation("previewPlan", "POST", "/plans", "plans",
              "How words would be read and what is on sale for them, without doing anything.",
              PlanPreview, body=NewPlan),
    Operation("listApprovals", "GET", "/approvals", "approvals", "What people are asked, newest first.", ApprovalPage,
              ApprovalQuery),
    Operation("getApproval", "GET", "/approvals/{approval}", "approvals", "Exactly what a yes would let happen.",
              ApprovalDetail, tagged=True),
    Operation("decideApproval", "POST", "/approvals/{approval}/decision", "approvals",
              "Say yes or no to what was shown: If-Match carries the ETag of the request as it was read.",
              ApprovalDetail, body=Decide, matched=True),
    Operation("getCosts", "GET", "/costs", "costs", "What a month costs, against its limits.", Costs, CostQuery),
    Operation("getSavings", "GET", "/savings", "costs", "What re-evaluation found, and what came of it.", SavingsView),
    Operation("getPolicies", "GET", "/policies", "policies", "The policies in force, and every reason to object.",
              Policies, tagged=True),
    Operation("listDenials", "GET", "/policies/denials", "policies", "Decisions that were refusals, newest first.",
              JudgedPage, DenialQuery),
    Operation("listShadowDifferences", "GET", "/policies/shadow", "policies",
              "Where the watched policies would have decided otherwise, newest first.", ShadowPage, Paged),
    Operation("listLedger", "GET", "/ledger", "ledger", "The tenant's entries, newest first.", LedgerPage, Paged),
    Operation("verifyLedger", "GET", "/ledger/verification", "ledger", "Prove the whole ledger.", Verification),
    Operation("listTools", "GET", "/tools", "tools", "The tools' contracts.", Tools, tagged=True),
    Operation("getTool", "GET", "/tools/{tool}", "tools", "One tool's contract.", ToolContract, tagged=True),
    Operation("listClouds", "GET", "/clouds", "clouds", "The clouds, and how they are.", Clouds),
)  # fmt: skip
