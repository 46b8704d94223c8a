# Question.
# The question has every field, of the right type, about a tool that we know at the risk that we know. Whole amounts
# stay below 2^53, so that every engine's arithmetic is exact.
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

# In Rego's order of types only a number lies between two numbers, only a text from "" to below [], and only a list from
# [] to below {}. Asking so costs the engine in process a quarter of what asking for the type does.
question_who if {
	principal := input.principal
	principal.id > ""
	principal.id < []
	principal.tenant > ""
	principal.tenant < []
	principal.channel > ""
	principal.channel < []
	principal.roles >= []
	principal.roles < {}
	every role in principal.roles {
		role >= ""
		role < []
	}
}

question_what if {
	action := input.action
	action.tool >= ""
	action.tool < []
	action.risk >= ""
	action.risk < []
	action.cloud >= ""
	action.cloud < []
	type_name(action.region) in {"string", "null"}
}

question_about if {
	is_object(input.resource)
	said := input.said
	said.encrypted >= []
	said.public >= []
	said.regions >= []
	said.tenants >= []
	said.words >= []
	input.data.personal in {true, false}
	input.data.residency >= []
	input.data.residency < {}
	every jurisdiction in input.data.residency {
		jurisdiction >= ""
		jurisdiction < []
	}
}

question_machine if {
	input.machine == null
} else if {
	machine := input.machine
	machine.name >= ""
	machine.name < []
	machine.family >= ""
	machine.family < []
	machine.vcpus >= 0
	machine.vcpus <= 100000
	floor(machine.vcpus) == machine.vcpus
	is_number(machine.memory_gib)
	type_name(machine.gpu) in {"string", "null"}
	machine.gpu_count >= 0
	machine.gpu_count <= 10000
	floor(machine.gpu_count) == machine.gpu_count
}

question_cost if {
	input.cost == null
} else if {
	cost := input.cost
	question_cap
	spans := [cost.total_cents, cost.hourly_cents, cost.machines_cents, cost.monthly_cents]
	every cents in spans {
		cents >= 0
		cents <= 9000000000000000
		floor(cents) == cents
	}
}

question_cap if {
	input.cost.cap_cents == null
	input.cost.cap_per == null
} else if {
	input.cost.cap_cents >= 0
	input.cost.cap_cents <= 9000000000000000
	floor(input.cost.cap_cents) == input.cost.cap_cents
	input.cost.cap_per in {"run", "hour", "month"}
}

question_context if {
	context := input.context
	context.plane in {"control", "function"}
	context.now >= ""
	context.now < []
	context.undo in {true, false}
}

question_spend if {
	input.context.spend == null
} else if {
	every cents in [input.context.spend.tenant_month_cents, input.context.spend.project_month_cents, input.context.spend.run_cents] {
		cents >= 0
		cents <= 9000000000000000
		floor(cents) == cents
	}
}

# A function knows of no freeze; the control plane always says, be it that there is none.
question_freeze if {
	input.context.plane == "function"
	input.context.freeze == null
} else if {
	input.context.plane == "control"
	input.context.freeze >= []
	input.context.freeze < {}
	every frozen in input.context.freeze {
		frozen.scope in {"global", "tenant", "cloud"}
		is_string(frozen.name)
		is_string(frozen.reason)
	}
}
