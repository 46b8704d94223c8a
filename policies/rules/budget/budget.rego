# Budget.
# In the control plane, which alone knows price and spend: a write keeps within the request's own cap, within the limits
# of a run, and within the month's limits of tenant and project. What the month will have cost at its end is reckoned
# from what was spent, what is reserved for what still runs, and the whole of this call. Past a hard limit it is denied,
# past a soft one a person is asked.
package rules

agrees contains "budget" if input.action.risk in {"read", "destructive"}

agrees contains "budget" if {
	input.action.risk == "write"
	input.context.plane == "function"
}

agrees contains "budget" if {
	input.action.risk == "write"
	input.context.plane == "control"
	budget_cap_holds
	every account in budget_accounts {
		account.projected <= account.limit.hard_cents
		account.limit.soft_cents <= account.limit.hard_cents
	}
}

# What only changes what exists, at no price, needs no account to pay for it.
agrees contains "budget" if {
	input.action.risk == "write"
	tool.creates == false
	input.context.plane == "control"
	input.cost.total_cents == 0
	is_null(input.cost.cap_cents)
}

# METADATA
# title: Price and spend are known
# custom:
#   code: BUDGET_UNKNOWN
#   severity: high
#   remedy: Price the call first; without a price and the month's spend nothing may be bought.
deny contains data.lib.violation("BUDGET_UNKNOWN", message) if {
	not "budget" in agrees
	not budget_priced
	message := "The call has no price, or the spend of this month is not known."
}

# METADATA
# title: The budget has limits
# custom:
#   code: BUDGET_MISSING
#   severity: high
#   remedy: An operator sets limits or defaults in policies/data/budgets, and the tag `project` names a project.
deny contains data.lib.violation("BUDGET_MISSING", message) if {
	not "budget" in agrees
	budget_priced
	not budget_accounts
	message := sprintf("No budget is set up for tenant %v and the project of the call.", [input.principal.tenant])
}

# METADATA
# title: The request's own cap holds
# custom:
#   code: BUDGET_REQUEST
#   severity: medium
#   remedy: Raise the cap, or ask for less, such as fewer hours, a smaller machine, or spot.
deny contains data.lib.violation("BUDGET_REQUEST", message) if {
	not "budget" in agrees
	not budget_cap_holds
	message := sprintf("It would cost %v per %v; the request allows %v.", [
		data.lib.usd(budget_capped_cents),
		input.cost.cap_per,
		data.lib.usd(input.cost.cap_cents),
	])
}

# METADATA
# title: The hard limits of run and month hold
# custom:
#   code: BUDGET_HARD
#   severity: high
#   remedy: Ask for less, wait for the next month, release what is not needed, or have an operator raise the limit.
deny contains data.lib.violation("BUDGET_HARD", message) if {
	not "budget" in agrees
	some account in budget_accounts
	account.projected > account.limit.hard_cents
	message := budget_overrun(account, "hard", account.limit.hard_cents)
}

# METADATA
# title: Past a soft limit of run or month a person decides
# custom:
#   code: BUDGET_SOFT
#   severity: medium
#   remedy: Have an approver say yes, or ask for less.
ask contains data.lib.violation("BUDGET_SOFT", message) if {
	input.action.risk == "write"
	input.context.plane == "control"
	some account in budget_accounts
	account.projected > account.limit.soft_cents
	message := budget_overrun(account, "soft", account.limit.soft_cents)
}

budget_overrun(account, kind, cents) := sprintf("%v %v would have spent %v%v; the %v limit is %v.", [
	account.kind,
	account.name,
	data.lib.usd(account.projected),
	account.by,
	kind,
	data.lib.usd(cents),
])

budget_priced if {
	is_object(input.cost)
	is_object(input.context.spend)
}

budget_cap_holds if is_null(input.cost.cap_cents)

budget_cap_holds if budget_capped_cents <= input.cost.cap_cents

budget_capped_cents := input.cost.total_cents if input.cost.cap_per == "run"

budget_capped_cents := input.cost.hourly_cents if input.cost.cap_per == "hour"

budget_capped_cents := input.cost.monthly_cents if input.cost.cap_per == "month"

# Undefined where the cost, the spend, the project or a limit is: whatever asks after the accounts then fails.
budget_accounts := [
	{
		"kind": "Tenant",
		"name": input.principal.tenant,
		"by": " by the month's end",
		"limit": budget.limit,
		"projected": input.context.spend.tenant_month_cents + input.cost.total_cents,
	},
	{
		"kind": "Project",
		"name": project,
		"by": " by the month's end",
		"limit": object.get(budget.projects, project, data.budgets.default.project),
		"projected": input.context.spend.project_month_cents + input.cost.total_cents,
	},
	{
		"kind": "Run",
		"name": object.get(input.resource.tags, "run", "without a name"),
		"by": "",
		"limit": budget.run,
		"projected": input.context.spend.run_cents + input.cost.total_cents,
	},
] if {
	project := input.resource.tags.project
	is_string(project)
	budget := object.get(data.budgets.tenants, input.principal.tenant, {
		"limit": data.budgets.default.tenant,
		"projects": {},
		"run": data.budgets.default.run,
	})
}
