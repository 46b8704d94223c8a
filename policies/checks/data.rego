# The data's own rules.
# What must hold of the data before any question is judged. Every fault is a sentence; one fault denies everything.
package checks

needed := {"jurisdictions", "regions", "tools", "roles", "violations", "approvals"}

faults contains sprintf("data.%v is missing or empty", [name]) if some name in (needed - there)

there contains "jurisdictions" if filled(data.jurisdictions)

there contains "regions" if filled(data.regions)

there contains "tools" if filled(data.tools)

there contains "roles" if filled(data.roles)

there contains "violations" if filled(data.violations)

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

faults contains sprintf("data.roles: %v has no list of tools", [role]) if {
	"roles" in there
	some role, tools in data.roles
	not texts(tools)
}

faults contains sprintf("data.roles: %v has %v, which is no tool", [role, name]) if {
	"roles" in there
	some role, tools in data.roles
	is_array(tools)
	some name in tools
	not data.tools[name]
}

faults contains "data.budgets needs a default tenant and a default project, and tenants" if {
	not budgets
}

faults contains sprintf("data.budgets: tenant %v needs a limit and projects", [tenant]) if {
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
	object.keys(data.budgets) == {"default", "tenants"}
	limit(data.budgets.default.tenant)
	limit(data.budgets.default.project)
	is_object(data.budgets.tenants)
}

account(budget) if {
	is_object(budget)
	object.keys(budget) == {"limit", "projects"}
	limit(budget.limit)
	is_object(budget.projects)
}

limit(bounds) if {
	is_object(bounds)
	object.keys(bounds) == {"soft_cents", "hard_cents"}
	every cents in bounds {
		is_number(cents)
		cents >= 0
		floor(cents) == cents
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

approval(requirement) if {
	is_object(requirement)
	object.keys(requirement) == {"roles", "people", "own", "hours"}
	texts(requirement.roles)
	count(requirement.roles) > 0
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
	texts(data.tags.required)
	count(data.tags.required) > 0
	is_number(data.tags.longest)
	text(data.tags.characters)
}
