# METADATA
# title: Budget
# description: |
#   In the control plane, which alone knows price and spend: a write keeps within the request's own cap and within the
#   month's limits of tenant and project. Past a hard limit it is denied, past a soft one a person is asked.
package rules.budget

import data.lib.money
import data.lib.tool
import data.lib.violation

default allow := false

allow if tool.writes_nothing

allow if {
	tool.writes
	input.context.plane == "function"
}

allow if {
	governed
	priced
	within_cap
	count(limits) == 2
	every limit in limits {
		limit.projected <= limit.hard_cents
	}
}

# METADATA
# title: Price and spend are known
# custom:
#   code: BUDGET_UNKNOWN
#   severity: high
#   remedy: Price the call first; without a price and the month's spend nothing may be bought.
deny contains violation.of("BUDGET_UNKNOWN", "The call has no price, or the spend of this month is not known.") if {
	governed
	not priced
}

# METADATA
# title: The budget has limits
# custom:
#   code: BUDGET_MISSING
#   severity: high
#   remedy: An operator sets limits, or defaults, in policies/data/budgets; a project is named by the tag `project`.
deny contains violation.of("BUDGET_MISSING", message) if {
	governed
	priced
	count(limits) != 2
	message := sprintf("No budget is set up for tenant %v and its project.", [input.principal.tenant])
}

# METADATA
# title: The request's own cap holds
# custom:
#   code: BUDGET_REQUEST
#   severity: medium
#   remedy: Raise the cap, or ask for less, such as fewer hours, a smaller machine, or spot.
deny contains violation.of("BUDGET_REQUEST", message) if {
	governed
	priced
	not within_cap
	message := sprintf("It would cost %v per %v; the request allows %v.", [
		money.usd(capped_cents),
		input.cost.cap_per,
		money.usd(input.cost.cap_cents),
	])
}

# METADATA
# title: The month's hard limit holds
# custom:
#   code: BUDGET_HARD
#   severity: high
#   remedy: Wait for the next month, release what is not needed, or have an operator raise the limit.
deny contains violation.of("BUDGET_HARD", message) if {
	governed
	priced
	some limit in limits
	limit.projected > limit.hard_cents
	message := overrun(limit, "hard", limit.hard_cents)
}

# METADATA
# title: Past the month's soft limit a person decides
# custom:
#   code: BUDGET_SOFT
#   severity: medium
#   remedy: Have an approver say yes, or ask for less.
ask contains violation.of("BUDGET_SOFT", message) if {
	governed
	priced
	some limit in limits
	limit.projected > limit.soft_cents
	message := overrun(limit, "soft", limit.soft_cents)
}

overrun(limit, kind, cents) := sprintf("%v would have spent %v this month; its %v limit is %v.", [
	limit.whose,
	money.usd(limit.projected),
	kind,
	money.usd(cents),
])

governed if {
	tool.writes
	input.context.plane == "control"
}

priced if {
	is_object(input.cost)
	is_object(input.context.spend)
}

within_cap if is_null(input.cost.cap_cents)

within_cap if capped_cents <= input.cost.cap_cents

capped_cents := input.cost[{"run": "total_cents", "hour": "hourly_cents", "month": "monthly_cents"}[input.cost.cap_per]]

limits contains object.union(tenant_limit, {
	"whose": sprintf("Tenant %v", [input.principal.tenant]),
	"projected": input.context.spend.tenant_month_cents + input.cost.total_cents,
})

limits contains object.union(project_limit, {
	"whose": sprintf("Project %v", [project]),
	"projected": input.context.spend.project_month_cents + input.cost.total_cents,
})

project := input.resource.tags.project

tenant_limit := data.budgets.tenants[input.principal.tenant].limit

tenant_limit := data.budgets.default.tenant if not data.budgets.tenants[input.principal.tenant]

project_limit := data.budgets.tenants[input.principal.tenant].projects[project]

project_limit := data.budgets.default.project if {
	is_string(project)
	not data.budgets.tenants[input.principal.tenant].projects[project]
}
