package checks_test

test_sound_data_has_no_faults if count(faults_of({})) == 0

test_an_absent_document_is_a_fault if {
	every name in ["jurisdictions", "regions", "tools", "roles", "budgets", "families", "tags", "violations", "approvals"] {
		count(faults_of({name: {}})) > 0
		count(faults_of({name: []})) > 0
		count(faults_of({name: null})) > 0
	}
}

test_each_fault_is_named if {
	cases := {
		"data.jurisdictions: aws has no regions": {"jurisdictions": {"aws": {}}},
		"data.jurisdictions: aws/moon-1 has no list of jurisdictions": {"jurisdictions": {"aws": {"moon-1": "EU"}}},
		"data.jurisdictions: aws/moon-1 has 7, which is no code": {"jurisdictions": {"aws": {"moon-1": [7]}}},
		"data.regions: selene is not a cloud that we know": {"regions": {"selene": []}},
		"data.regions: aws is not a list": {"regions": {"aws": "eu-west-1"}},
		"data.regions: moon-1 is not a region of aws that we know": {"regions": {"aws": ["moon-1"]}},
		"data.tools: x needs risk, creates, machines and owner, and nothing else": {"tools": {"x": {"risk": "read"}}},
		"data.roles: guest has no list of tools": {"roles": {"guest": "price"}},
		"data.roles: guest has fly, which is no tool": {"roles": {"guest": ["fly"]}},
		"data.budgets needs a default tenant and a default project, and tenants": {"budgets": {"tenants": {}}},
		"data.families needs allow, deny, deny_machines, gpus and tiers": {"families": {"allow": {}}},
		"data.tags needs required, longest and characters": {"tags": {"required": ["owner"]}},
		"data.violations: X has no remedy": {"violations": {"X": {"title": "x"}}},
	}
	every expected, documents in cases {
		expected in faults_of(documents)
	}
}

test_limits_must_be_whole_and_in_order if {
	bad := [{}, {"soft_cents": 2, "hard_cents": 1}, {"soft_cents": 1, "hard_cents": "2"}, {"soft_cents": 0.5, "hard_cents": 1}]
	every limit in bad {
		budgets := object.union(data.example.budgets, {"tenants": {"acme": {"projects": {"vision": {}, "new": limit}}}})
		"data.budgets: project new of acme needs soft_cents up to hard_cents" in faults_of({"budgets": budgets})
	}
	untold := object.union(data.example.budgets, {"tenants": {"globex": {}}})
	"data.budgets: tenant globex needs a limit and projects" in faults_of({"budgets": untold})
}

test_families_name_only_tiers_and_roles_that_exist if {
	tierless := object.union(data.example.families, {"gpus": {"B200": "dream"}})
	"data.families: B200 is of tier dream, which has no roles" in faults_of({"families": tierless})
	roleless := object.union(data.example.families, {"tiers": {"high": ["wizard"]}})
	"data.families: tier high is for wizard, which is no role" in faults_of({"families": roleless})
	cloudless := json.remove(data.example.families, ["deny/aws"])
	"data.families: aws needs a list to allow and a list to deny" in faults_of({"families": cloudless})
}

test_whoever_asks_names_approvers if {
	asking := {"Y": {"title": "y", "severity": "low", "remedy": "none", "verdict": "ask"}}
	"data.approvals: nobody is named to approve Y" in faults_of({"violations": asking})
	sound := {"roles": ["builder"], "people": 1, "own": false, "hours": 1}
	every requirement in [null, {}] {
		faults := faults_of({"approvals": {"Y": requirement}})
		"data.approvals: Y needs roles that exist, people, own and hours, and nothing else" in faults
	}
	bad := [
		{"roles": []}, {"roles": ["wizard"]}, {"roles": "builder"}, {"people": 0}, {"people": 1.5},
		{"people": "1"}, {"own": "no"}, {"people": 21}, {"hours": 0}, {"hours": 745}, {"hours": null}, {"more": 1},
	]
	every patch in bad {
		faults := faults_of({"approvals": {"Y": object.union(sound, patch)}})
		"data.approvals: Y needs roles that exist, people, own and hours, and nothing else" in faults
	}
}

faults_of(documents) := faults if {
	sound := {
		"jurisdictions": data.example.jurisdictions,
		"regions": data.example.regions,
		"tools": data.example.tools,
		"roles": data.example.roles,
		"budgets": data.example.budgets,
		"families": data.example.families,
		"tags": data.example.tags,
		"violations": {"X": {"title": "x", "severity": "low", "remedy": "none", "verdict": "deny"}},
		"approvals": data.example.approvals,
	}
	faults := data.checks.faults with data.jurisdictions as pick(documents, sound, "jurisdictions")
		with data.regions as pick(documents, sound, "regions")
		with data.tools as pick(documents, sound, "tools")
		with data.roles as pick(documents, sound, "roles")
		with data.budgets as pick(documents, sound, "budgets")
		with data.families as pick(documents, sound, "families")
		with data.tags as pick(documents, sound, "tags")
		with data.violations as pick(documents, sound, "violations")
		with data.approvals as pick(documents, sound, "approvals")
}

pick(documents, sound, name) := object.get(documents, name, sound[name])
