# The data's own rules.
# What must hold of the data before any question is judged. Every fault is a sentence; one fault denies everything.
package checks

needed := {"approvals", "jurisdictions", "regions", "roles", "tools", "violations", "zones"}

environments := {"development", "staging", "production", "unstated"}

faults contains sprintf("data.%v is missing or empty", [name]) if some name in (needed - there)

there contains "jurisdictions" if filled(data.jurisdictions)

there contains "regions" if filled(data.regions)

there contains "tools" if filled(data.tools)

there contains "roles" if filled(data.roles)

there contains "violations" if filled(data.violations)

there contains "zones" if filled(data.zones)

there contains "approvals" if filled(data.approvals)

faults contains sprintf("data.jurisdictions: %v has no regions", [cloud]) if {
	"jurisdictions" in there
	some cloud, known in data.jurisdictions
	not filled(known)
}

faults contains sprintf("data.jurisdictions: %v/%v has no list of jurisdictions", [cloud, region]) if {
	"jurisdictions" in there
	some cloud, known in data.jurisdictions
	is_object(known)
	some region, codes in known
	not is_array(codes)
}

faults contains sprintf("data.jurisdictions: %v/%v has %v, which is no code", [cloud, region, code]) if {
	"jurisdictions" in there
	some cloud, known in data.jurisdictions
	is_object(known)
	some region, codes in known
	is_array(codes)
	some code in codes
	not is_string(code)
}

faults contains sprintf("data.regions: %v is not a list", [cloud]) if {
	"regions" in there
	some cloud, permitted in data.regions
	not is_array(permitted)
}

faults contains sprintf("data.regions: %v is not a cloud that we know", [cloud]) if {
	"regions" in there
	some cloud, _ in data.regions
	not data.jurisdictions[cloud]
}

faults contains sprintf("data.regions: %v is not a region of %v that we know", [region, cloud]) if {
	"regions" in there
	some cloud, permitted in data.regions
	is_array(permitted)
	known := data.jurisdictions[cloud]
	some region in permitted
	not known[region]
}

faults contains sprintf("data.tools: %v needs risk, creates, machines and owner, and nothing else", [name]) if {
	"tools" in there
	some name, entry in data.tools
	not tool(entry)
}

faults contains sprintf("data.zones: %v needs a list of zones, and to be a cloud that we know", [cloud]) if {
	"zones" in there
	some cloud, zones in data.zones
	not listed(cloud, zones)
}

faults contains sprintf("data.roles: %v needs lists of tools, each beside a list of environments", [role]) if {
	"roles" in there
	some role, parts in data.roles
	not entitled(parts)
}

faults contains sprintf("data.roles: %v has %v, which is no tool", [role, name]) if {
	"roles" in there
	some role, parts in data.roles
	entitled(parts)
	some part in parts
	some name in part.tools
	not data.tools[name]
}

faults contains sprintf("data.roles: %v has %v, which is no environment", [role, environment]) if {
	"roles" in there
	some role, parts in data.roles
	entitled(parts)
	some part in parts
	some environment in part.environments
	not environment in environments
}

faults contains "data.budgets needs tenants, unusual, and a default tenant, project and run" if {
	not budgets
}

faults contains "data.budgets.unusual needs whole deviations, least_days up to 28, and slack_cents" if {
	budgets
	not unusual
}

faults contains sprintf("data.budgets: tenant %v needs a limit, a limit of a run, and projects", [tenant]) if {
	budgets
	some tenant, budget in data.budgets.tenants
	not account(budget)
}

faults contains sprintf("data.budgets: project %v of %v needs soft_cents up to hard_cents", [project, tenant]) if {
	budgets
	some tenant, budget in data.budgets.tenants
	account(budget)
	some project, bounds in budget.projects
	not limit(bounds)
}

faults contains "data.families needs allow, deny, deny_machines, gpus and tiers" if not families

faults contains sprintf("data.families: %v needs a list to allow and a list to deny", [cloud]) if {
	"jurisdictions" in there
	some cloud, _ in data.jurisdictions
	not both_lists(cloud)
}

faults contains sprintf("data.families: %v is of tier %v, which has no roles", [gpu, tier]) if {
	families
	some gpu, tier in data.families.gpus
	not tier_has_roles(tier)
}

faults contains sprintf("data.families: tier %v is for %v, which is no role", [tier, role]) if {
	families
	some tier, roles in data.families.tiers
	is_array(roles)
	some role in roles
	not data.roles[role]
}

faults contains "data.tags needs required, longest and characters" if not tags

faults contains "data.risk needs environments that exist, network_tools that exist, and whole cost_cents" if not risk

faults contains "data.spot needs tools that exist, whole vcpu_cents_hour, and whole gpu_cents_hour for every tier" if {
	not spot
}

faults contains "data.approving needs price_tolerance_percent, elevation_hours, and a requirement for an elevation" if {
	not approving
}

faults contains "data.offpeak needs least_saving_percent and a list of windows that are whole" if not offpeak

faults contains "data.reevaluation needs an action, roles that exist, and an approval" if not reevaluation

faults contains "data.limits needs whole machines, hours, and lasting environments that exist" if not limits

faults contains sprintf("data.violations: %v has no remedy", [code]) if {
	"violations" in there
	some code, entry in data.violations
	not remedied(entry)
}

faults contains sprintf("data.approvals: nobody is named to approve %v", [code]) if {
	"violations" in there
	some code, entry in data.violations
	entry.verdict == "ask"
	not data.approvals[code]
}

faults contains sprintf("data.approvals: %v needs roles that exist, people, own and hours, and nothing else", [code]) if {
	"approvals" in there
	some code, requirement in data.approvals
	not approval(requirement)
}

filled(document) if {
	is_object(document)
	count(document) > 0
}

text(value) if {
	is_string(value)
	value != ""
}

# An empty list is well formed: it allows nothing.
texts(list) if {
	is_array(list)
	every item in list {
		is_string(item)
		item != ""
	}
}

tool(entry) if {
	is_object(entry)
	object.keys(entry) == {"risk", "creates", "machines", "owner"}
	entry.risk in {"read", "write", "destructive"}
	is_boolean(entry.creates)
	is_boolean(entry.machines)
	entry.owner in {"tags", "tenant", "none"}
}

budgets if {
	is_object(data.budgets)
	object.keys(data.budgets) == {"default", "tenants", "unusual"}
	limit(data.budgets.default.tenant)
	limit(data.budgets.default.project)
	limit(data.budgets.default.run)
	is_object(data.budgets.tenants)
}

unusual if {
	is_object(data.budgets.unusual)
	object.keys(data.budgets.unusual) == {"deviations", "least_days", "slack_cents"}
	whole(data.budgets.unusual.deviations, 1, 100)
	whole(data.budgets.unusual.least_days, 2, 28)
	whole(data.budgets.unusual.slack_cents, 0, 9000000000000000)
}

account(budget) if {
	is_object(budget)
	object.keys(budget) == {"limit", "projects", "run"}
	limit(budget.limit)
	limit(budget.run)
	is_object(budget.projects)
}

limit(bounds) if {
	is_object(bounds)
	object.keys(bounds) == {"soft_cents", "hard_cents"}
	every cents in bounds {
		whole(cents, 0, 9000000000000000)
	}
	bounds.soft_cents <= bounds.hard_cents
}

families if {
	is_object(data.families)
	object.keys(data.families) == {"allow", "deny", "deny_machines", "gpus", "tiers"}
	texts(data.families.deny_machines)
	filled(data.families.gpus)
	filled(data.families.tiers)
}

both_lists(cloud) if {
	texts(data.families.allow[cloud])
	texts(data.families.deny[cloud])
}

tier_has_roles(tier) if texts(data.families.tiers[tier])

remedied(entry) if text(entry.remedy)

listed(cloud, zones) if {
	data.jurisdictions[cloud]
	texts(zones)
}

entitled(parts) if {
	is_array(parts)
	count(parts) > 0
	every part in parts {
		is_object(part)
		object.keys(part) == {"tools", "environments"}
		filled_texts(part.tools)
		filled_texts(part.environments)
	}
}

filled_texts(list) if {
	texts(list)
	count(list) > 0
}

tools_that_exist(list) if {
	filled_texts(list)
	every name in list {
		data.tools[name]
	}
}

environments_that_exist(list) if {
	filled_texts(list)
	every name in list {
		name in environments
	}
}

risk if {
	is_object(data.risk)
	object.keys(data.risk) == {"environments", "network_tools", "cost_cents"}
	environments_that_exist(data.risk.environments)
	tools_that_exist(data.risk.network_tools)
	whole(data.risk.cost_cents, 0, 9000000000000000)
}

spot if {
	is_object(data.spot)
	object.keys(data.spot) == {"tools", "vcpu_cents_hour", "gpu_cents_hour"}
	tools_that_exist(data.spot.tools)
	whole(data.spot.vcpu_cents_hour, 0, 1000000)
	is_object(data.spot.gpu_cents_hour)
	object.keys(data.spot.gpu_cents_hour) == object.keys(data.families.tiers)
	every cents in data.spot.gpu_cents_hour {
		whole(cents, 0, 1000000)
	}
}

limits if {
	is_object(data.limits)
	object.keys(data.limits) == {"machines", "hours", "lasting"}
	whole(data.limits.machines, 1, 10000)
	whole(data.limits.hours, 1, 1000000)
	environments_that_exist(data.limits.lasting)
}

approving if {
	is_object(data.approving)
	object.keys(data.approving) == {"price_tolerance_percent", "elevation_hours", "elevation"}
	whole(data.approving.price_tolerance_percent, 0, 1000)
	whole(data.approving.elevation_hours, 1, 744)
	text(data.approving.elevation.code)
	approval({name: value | some name, value in data.approving.elevation; name != "code"})
}

offpeak if {
	is_object(data.offpeak)
	object.keys(data.offpeak) == {"least_saving_percent", "windows"}
	whole(data.offpeak.least_saving_percent, 1, 100)
	is_array(data.offpeak.windows)
	every window in data.offpeak.windows {
		is_object(window)
		object.keys(window) == {"days", "hour", "hours", "price_percent"}
		is_array(window.days)
		count(window.days) > 0
		every day in window.days {
			whole(day, 0, 6)
		}
		whole(window.hour, 0, 23)
		whole(window.hours, 1, 24)
		whole(window.price_percent, 1, 1000)
	}
}

reevaluation if {
	data.reevaluation.action in {"propose", "move"}
	filled_texts(data.reevaluation.roles)
	every role in data.reevaluation.roles {
		data.roles[role]
	}
	approval(data.reevaluation.approval)
}

approval(requirement) if {
	is_object(requirement)
	object.keys(requirement) == {"roles", "people", "own", "hours"}
	filled_texts(requirement.roles)
	every role in requirement.roles {
		data.roles[role]
	}
	whole(requirement.people, 1, 20)
	is_boolean(requirement.own)
	whole(requirement.hours, 1, 744)
}

# A whole number within bounds.
whole(number, least, most) if {
	is_number(number)
	number >= least
	number <= most
	floor(number) == number
}

tags if {
	is_object(data.tags)
	object.keys(data.tags) == {"required", "longest", "characters"}
	filled_texts(data.tags.required)
	is_number(data.tags.longest)
	text(data.tags.characters)
}
