# What the tests begin with: a sound question about starting one machine, and data of their own, so that an operator's
# edit breaks none of them.
package example

question := posed({
	"principal": {"id": "mia@acme", "tenant": "acme", "roles": ["builder"], "channel": "terminal"},
	"action": {"tool": "start", "risk": "write", "cloud": "aws", "region": "eu-west-1"},
	"resource": {
		"region": "eu-west-1",
		"encrypted": true,
		"public": false,
		"machine": "p4d.24xlarge",
		"tags": {"tenant": "acme", "project": "vision", "run": "run-1", "owner": "mia@acme", "environment": "development"},
		"count": 1,
		"hours": 6,
	},
	"machine": {
		"name": "p4d.24xlarge",
		"family": "p4d",
		"vcpus": 96,
		"memory_gib": 1152,
		"gpu": "A100",
		"gpu_count": 8,
	},
	"cost": {
		"total_cents": 9000,
		"hourly_cents": 1500,
		"machines_cents": 1500,
		"monthly_cents": 1095000,
		"cap_cents": 10000,
		"cap_per": "run",
	},
	"data": {"residency": ["EU"], "personal": false},
	"context": {
		"plane": "control",
		"now": "2026-11-20T10:00:00+00:00",
		"spend": {"tenant_month_cents": 50000, "project_month_cents": 20000, "run_cents": 0},
		"freeze": [],
		"undo": false,
	},
})

# About what already exists: it creates nothing and starts nothing. Nobody is asked before the run's own work is undone.
existing(tool, risk) := changed({
	"action": {"tool": tool, "risk": risk, "region": "us-east-1"},
	"resource": {"resource": {"id": "i-1", "region": "us-east-1"}, "tenant": "acme"},
	"context": {"undo": risk == "destructive"},
})

jurisdictions := {"aws": {"eu-west-1": ["EU", "IE"], "eu-west-3": ["EU", "FR"], "us-east-1": ["US"]}}

regions := {"aws": ["eu-west-1", "us-east-1"]}

tools := {
	"start": {"risk": "write", "creates": true, "machines": true, "owner": "tags"},
	"start_spot": {"risk": "write", "creates": true, "machines": true, "owner": "tags"},
	"reroute": {"risk": "write", "creates": false, "machines": false, "owner": "tenant"},
	"store": {"risk": "write", "creates": true, "machines": false, "owner": "tags"},
	"price": {"risk": "read", "creates": false, "machines": false, "owner": "none"},
	"change": {"risk": "write", "creates": false, "machines": false, "owner": "tenant"},
	"look": {"risk": "read", "creates": false, "machines": false, "owner": "tenant"},
	"release": {"risk": "destructive", "creates": false, "machines": false, "owner": "tenant"},
}

roles := {
	"builder": [
		{"tools": ["start", "start_spot", "store"], "environments": ["development", "production"]},
		{"tools": ["change", "price", "look", "release", "reroute"], "environments": ["unstated"]},
	],
	"guest": [{"tools": ["price"], "environments": ["unstated"]}],
}

families := {
	"allow": {"aws": ["p", "m"]},
	"deny": {"aws": ["p3"]},
	"deny_machines": [".metal"],
	"gpus": {"A100": "high", "T4": "entry"},
	"tiers": {"high": ["builder"], "entry": ["builder", "guest"]},
}

tags := {"required": ["tenant", "project", "owner"], "longest": 10, "characters": "abcdefghijklmnopqrstuvwxyz@-"}

budgets := {
	"default": {
		"tenant": {"soft_cents": 1000, "hard_cents": 2000},
		"project": {"soft_cents": 1000, "hard_cents": 2000},
		"run": {"soft_cents": 1000, "hard_cents": 2000},
	},
	"tenants": {"acme": {
		"limit": {"soft_cents": 100000, "hard_cents": 200000},
		"projects": {"vision": {"soft_cents": 50000, "hard_cents": 100000}},
		"run": {"soft_cents": 40000, "hard_cents": 80000},
	}},
	"unusual": {"deviations": 6, "least_days": 7, "slack_cents": 5000},
}

zones := {"aws": ["{region}a"]}

risk := {"environments": ["production"], "network_tools": ["reroute"], "cost_cents": 10000}

spot := {"tools": ["start_spot"], "vcpu_cents_hour": 1, "gpu_cents_hour": {"high": 200, "entry": 50}}

limits := {"machines": 10, "hours": 100, "lasting": ["production"]}

yes := {"roles": ["builder"], "people": 1, "own": false, "hours": 72}

offpeak := {
	"least_saving_percent": 10,
	"windows": [{"days": [5, 6], "hour": 22, "hours": 8, "price_percent": 70}],
}

reevaluation := {"action": "propose", "roles": ["guest"], "approval": yes}

approving := {
	"price_tolerance_percent": 10,
	"elevation_hours": 8,
	"elevation": object.union(yes, {"code": "ELEVATION"}),
}

approvals := {
	"BUDGET_SOFT": yes,
	"RISK_COST": yes,
	"RISK_DESTRUCTIVE": yes,
	"RISK_NETWORK": yes,
	"RISK_PRODUCTION": yes,
}

decision := answer if {
	answer := data.gate.decision with data.jurisdictions as jurisdictions
		with data.regions as regions
		with data.tools as tools
		with data.roles as roles
		with data.families as families
		with data.tags as tags
		with data.budgets as budgets
		with data.approvals as approvals
		with data.zones as zones
		with data.risk as risk
		with data.spot as spot
		with data.limits as limits
}

codes := {violation.code | some violation in decision.violations}

# The codes of a question to a person.
asked := codes if decision.verdict == "ask"

messages := {violation.message | some violation in decision.violations}

allowed if decision == {"verdict": "allow", "violations": [], "obligations": {}}

changed(patch) := posed(object.union(question, patch))

without(path) := posed(json.remove(question, [path]))

# A question as the engines are asked it: with `said`, which they derive in Python and which is found here by walking.
posed(bare) := object.union(bare, {"said": said(object.get(bare, "resource", {}))})

said(resource) := {
	"encrypted": [value | some ["encrypted", value] in named(resource)],
	"public": [value | some [name, value] in named(resource); contains(name, "public")],
	"regions": [value | some [name, value] in named(resource); contains(name, "region")],
	"tenants": [value | some ["tenant", value] in named(resource)],
	"words": [word | some word in words(resource)],
}

# Every argument at any depth that is no object or list: where it stands and what it is.
leaves(resource) := [[path, value] |
	walk(resource, [path, value])
	not type_name(value) in {"object", "array", "null"}
]

# The same by each name on its way: an argument under `replicas.regions` counts as a replica's and as a region's.
named(resource) := [[name, value] |
	some [path, value] in leaves(resource)
	some name in {lower(part) | some part in path; is_string(part)}
]

words(resource) := {word |
	some [path, value] in leaves(resource)
	path[0] != "tags"
	is_string(value)
	some part in split(replace(replace(value, "/", ":"), ".", ":"), ":")
	some word in [part, trim_right(trim_right(part, "abcdefghijklmnopqrstuvwxyz"), "-")]
}
