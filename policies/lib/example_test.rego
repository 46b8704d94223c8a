# What the tests begin with: a sound question about starting one machine, and data of their own, so that an operator's
# edit breaks none of them.
package example

question := {
	"principal": {"id": "mia@acme", "tenant": "acme", "roles": ["builder"], "channel": "terminal"},
	"action": {"tool": "start", "risk": "write", "cloud": "aws", "region": "eu-west-1"},
	"resource": {
		"region": "eu-west-1",
		"encrypted": true,
		"public": false,
		"machine": "p4d.24xlarge",
		"tags": {"tenant": "acme", "project": "vision", "owner": "mia@acme"},
	},
	"machine": {
		"name": "p4d.24xlarge",
		"family": "p4d",
		"vcpus": 96,
		"memory_gib": 1152,
		"gpu": "A100",
		"gpu_count": 8,
	},
	"cost": {"total_cents": 9000, "hourly_cents": 1500, "monthly_cents": 1095000, "cap_cents": 10000, "cap_per": "run"},
	"data": {"residency": ["EU"], "personal": false},
	"context": {
		"plane": "control",
		"now": "2026-11-20T10:00:00+00:00",
		"spend": {"tenant_month_cents": 50000, "project_month_cents": 20000},
		"freeze": [],
	},
}

# About what already exists: it creates nothing and starts nothing.
existing(tool, risk) := object.union(question, {
	"action": {"tool": tool, "risk": risk, "region": "us-east-1"},
	"resource": {"resource": {"id": "i-1", "region": "us-east-1"}, "tenant": "acme"},
})

jurisdictions := {"aws": {"eu-west-1": ["EU", "IE"], "eu-west-3": ["EU", "FR"], "us-east-1": ["US"]}}

regions := {"aws": ["eu-west-1", "us-east-1"]}

tools := {
	"start": {"risk": "write", "creates": true, "machines": true, "owner": "tags"},
	"store": {"risk": "write", "creates": true, "machines": false, "owner": "tags"},
	"price": {"risk": "read", "creates": false, "machines": false, "owner": "none"},
	"change": {"risk": "write", "creates": false, "machines": false, "owner": "tenant"},
	"look": {"risk": "read", "creates": false, "machines": false, "owner": "tenant"},
	"release": {"risk": "destructive", "creates": false, "machines": false, "owner": "tenant"},
}

roles := {"builder": ["start", "store", "change", "price", "look", "release"], "guest": ["price"]}

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
	},
	"tenants": {"acme": {
		"limit": {"soft_cents": 100000, "hard_cents": 200000},
		"projects": {"vision": {"soft_cents": 50000, "hard_cents": 100000}},
	}},
}

approvals := {"BUDGET_SOFT": {"roles": ["builder"], "people": 1, "own": false, "hours": 72}}

decision := answer if {
	answer := data.gate.decision with data.jurisdictions as jurisdictions
		with data.regions as regions
		with data.tools as tools
		with data.roles as roles
		with data.families as families
		with data.tags as tags
		with data.budgets as budgets
		with data.approvals as approvals
}

codes := {violation.code | some violation in decision.violations}

messages := {violation.message | some violation in decision.violations}

allowed if decision == {"verdict": "allow", "violations": [], "obligations": {}}

changed(patch) := object.union(question, patch)

without(path) := json.remove(question, [path])
