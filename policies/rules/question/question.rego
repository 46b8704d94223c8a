# Question.
# The question has every field, of the right type, about a tool that we know at the risk that we know. Whole amounts
# stay below 2^53, so that every engine's arithmetic is exact; in Rego's order of types only a number lies between two.
package rules

sound if {
	question_who
	question_what
	question_about
	question_machine
	question_cost
	question_context
	question_spend
	question_freeze
	input.action.risk == tool.risk
}

# METADATA
# title: Every field is there and of its type
# custom:
#   code: QUESTION_MALFORMED
#   severity: critical
#   remedy: Send the call through the Tollgate kernel, which builds the whole question.
unsound contains data.lib.violation("QUESTION_MALFORMED", message) if {
	some part in question_malformed
	message := sprintf("Something under %v is missing or of the wrong type.", [part])
}

# METADATA
# title: The tool is in the list
# custom:
#   code: TOOL_UNKNOWN
#   severity: critical
#   remedy: Call one of the listed tools; a new tool is added to policies/data/tools.
unsound contains data.lib.violation("TOOL_UNKNOWN", message) if {
	question_what
	not tool
	message := sprintf("No tool is called %v.", [input.action.tool])
}

# METADATA
# title: The stated risk is the tool's own
# custom:
#   code: RISK_MISMATCH
#   severity: critical
#   remedy: State the risk of the tool's contract.
unsound contains data.lib.violation("RISK_MISMATCH", message) if {
	question_what
	input.action.risk != tool.risk
	message := sprintf("%v is of risk %v, not %v.", [input.action.tool, tool.risk, input.action.risk])
}

question_malformed contains "principal" if not question_who

question_malformed contains "action" if not question_what

question_malformed contains "resource or data" if not question_about

question_malformed contains "machine" if not question_machine

question_malformed contains "cost" if not question_cost

question_malformed contains "context" if not question_context

question_malformed contains "context.spend" if not question_spend

question_malformed contains "context.freeze" if not question_freeze

question_who if {
	every text in [input.principal.id, input.principal.tenant, input.principal.channel] {
		is_string(text)
		text != ""
	}
	is_array(input.principal.roles)
	every role in input.principal.roles {
		is_string(role)
	}
}

question_what if {
	is_string(input.action.tool)
	is_string(input.action.risk)
	is_string(input.action.cloud)
	type_name(input.action.region) in {"string", "null"}
}

question_about if {
	is_object(input.resource)
	is_boolean(input.data.personal)
	is_array(input.data.residency)
	every jurisdiction in input.data.residency {
		is_string(jurisdiction)
	}
}

question_machine if is_null(input.machine)

question_machine if {
	is_string(input.machine.name)
	is_string(input.machine.family)
	input.machine.vcpus >= 0
	input.machine.vcpus <= 100000
	floor(input.machine.vcpus) == input.machine.vcpus
	is_number(input.machine.memory_gib)
	type_name(input.machine.gpu) in {"string", "null"}
	input.machine.gpu_count >= 0
	input.machine.gpu_count <= 10000
	floor(input.machine.gpu_count) == input.machine.gpu_count
}

question_cost if is_null(input.cost)

question_cost if {
	question_cap
	spans := ["total_cents", "hourly_cents", "machines_cents", "monthly_cents"]
	every span in spans {
		cents := input.cost[span]
		cents >= 0
		cents <= 9000000000000000
		floor(cents) == cents
	}
}

question_cap if {
	is_null(input.cost.cap_cents)
	is_null(input.cost.cap_per)
}

question_cap if {
	input.cost.cap_cents >= 0
	input.cost.cap_cents <= 9000000000000000
	floor(input.cost.cap_cents) == input.cost.cap_cents
	input.cost.cap_per in {"run", "hour", "month"}
}

question_context if {
	input.context.plane in {"control", "function"}
	is_string(input.context.now)
	is_boolean(input.context.undo)
}

question_spend if is_null(input.context.spend)

question_spend if {
	every cents in [input.context.spend.tenant_month_cents, input.context.spend.project_month_cents, input.context.spend.run_cents] {
		cents >= 0
		cents <= 9000000000000000
		floor(cents) == cents
	}
}

# A function knows of no freeze; the control plane always says, be it that there is none.
question_freeze if {
	input.context.plane == "function"
	is_null(input.context.freeze)
}

question_freeze if {
	input.context.plane == "control"
	is_array(input.context.freeze)
	every frozen in input.context.freeze {
		frozen.scope in {"global", "tenant", "cloud"}
		is_string(frozen.name)
		is_string(frozen.reason)
	}
}
