# METADATA
# title: Question
# description: The question has every field, of the right type, about a tool that we know at the risk that we know.
package rules.question

import data.lib.tool
import data.lib.types
import data.lib.violation

default allow := false

allow if {
	count(malformed) == 0
	known
	true_risk
}

# METADATA
# title: Every field is there and of its type
# custom:
#   code: QUESTION_MALFORMED
#   severity: critical
#   remedy: Send the call through the Tollgate kernel, which builds the whole question.
deny contains violation.of("QUESTION_MALFORMED", message) if {
	some field in malformed
	message := sprintf("The question has no usable %v.", [field])
}

# METADATA
# title: The tool is in the list
# custom:
#   code: TOOL_UNKNOWN
#   severity: critical
#   remedy: Call one of the listed tools; a new tool is added to policies/data/tools.
deny contains violation.of("TOOL_UNKNOWN", message) if {
	types.text(input.action.tool)
	not known
	message := sprintf("No tool is called %v.", [input.action.tool])
}

# METADATA
# title: The stated risk is the tool's own
# custom:
#   code: RISK_MISMATCH
#   severity: critical
#   remedy: State the risk of the tool's contract.
deny contains violation.of("RISK_MISMATCH", message) if {
	known
	types.text(input.action.risk)
	not true_risk
	message := sprintf("%v is of risk %v, not %v.", [input.action.tool, tool.entry.risk, input.action.risk])
}

known if is_object(tool.entry)

true_risk if input.action.risk == tool.entry.risk

malformed contains "principal.id" if not types.text(input.principal.id)

malformed contains "principal.tenant" if not types.text(input.principal.tenant)

malformed contains "principal.roles" if not types.texts(input.principal.roles)

malformed contains "principal.channel" if not types.text(input.principal.channel)

malformed contains "action.tool" if not types.text(input.action.tool)

malformed contains "action.risk" if not types.text(input.action.risk)

malformed contains "action.cloud" if not types.text(input.action.cloud)

malformed contains "action.region" if not types.text_or_null(input.action.region)

malformed contains "resource" if not is_object(input.resource)

malformed contains "machine" if not machine

malformed contains "cost" if not cost

malformed contains "data.residency" if not types.texts(input.data.residency)

malformed contains "data.personal" if not is_boolean(input.data.personal)

malformed contains "context.plane" if not plane

malformed contains "context.now" if not types.text(input.context.now)

malformed contains "context.spend" if not spend

plane if input.context.plane in {"control", "function"}

machine if is_null(input.machine)

machine if {
	types.text(input.machine.name)
	types.text(input.machine.family)
	types.positive(input.machine.vcpus)
	types.positive(input.machine.memory_gib)
	types.text_or_null(input.machine.gpu)
	types.whole(input.machine.gpu_count)
}

cost if is_null(input.cost)

cost if {
	types.whole(input.cost.total_cents)
	types.whole(input.cost.hourly_cents)
	types.whole(input.cost.monthly_cents)
	cap
}

cap if {
	is_null(input.cost.cap_cents)
	is_null(input.cost.cap_per)
}

cap if {
	types.whole(input.cost.cap_cents)
	input.cost.cap_per in {"run", "hour", "month"}
}

spend if is_null(input.context.spend)

spend if {
	types.whole(input.context.spend.tenant_month_cents)
	types.whole(input.context.spend.project_month_cents)
}
