package checks_test

test_sound_data_has_no_faults if count(faults_of({})) == 0

test_an_absent_document_is_a_fault if {
	every name in [
		"approvals", "approving", "budgets", "families", "jurisdictions", "limits", "offpeak", "reevaluation",
		"regions", "risk", "roles", "spot", "tags", "tools", "violations", "zones",
	] {
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
		"data.zones: aws needs a list of zones, and to be a cloud that we know": {"zones": {"aws": "a"}},
		"data.zones: selene needs a list of zones, and to be a cloud that we know": {"zones": {"selene": []}},
		"data.roles: guest needs lists of tools, each beside a list of environments": {"roles": {"guest": ["price"]}},
		"data.roles: guest has fog, which is no environment": {"roles": {"guest": [{"tools": ["price"], "environments": ["fog"]}]}},
		"data.roles: guest has fly, which is no tool": {"roles": {"guest": [{"tools": ["fly"], "environments": ["unstated"]}]}},
		"data.budgets needs tenants, unusual, and a default tenant, project and run": {"budgets": {"tenants": {}}},
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
	"data.budgets: tenant globex needs a limit, a limit of a run, and projects" in faults_of({"budgets": untold})
}

test_what_is_unusual_is_told_in_whole_numbers if {
	bad := [{"deviations": 0}, {"least_days": 29}, {"slack_cents": 0.5}, {"more": 1}]
	every patch in bad {
		budgets := object.union(data.example.budgets, {"unusual": patch})
		"data.budgets.unusual needs whole deviations, least_days up to 28, and slack_cents" in faults_of({"budgets": budgets})
	}
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
		"zones": data.example.zones,
		"risk": data.example.risk,
		"spot": data.example.spot,
		"limits": data.example.limits,
		"approving": data.example.approving,
		"reevaluation": data.example.reevaluation,
		"offpeak": data.example.offpeak,
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
		with data.zones as pick(documents, sound, "zones")
		with data.risk as pick(documents, sound, "risk")
		with data.spot as pick(documents, sound, "spot")
		with data.limits as pick(documents, sound, "limits")
		with data.approving as pick(documents, sound, "approving")
		with data.reevaluation as pick(documents, sound, "reevaluation")
		with data.offpeak as pick(documents, sound, "offpeak")
}

pick(documents, sound, name) := object.get(documents, name, sound[name])

test_a_window_of_cheaper_hours_must_be_whole if {
	odd := [
		{"days": []}, {"days": [7]}, {"days": "Monday"}, {"hour": 24}, {"hours": 0}, {"price_percent": 0.5},
		{"price_percent": null}, {"zone": "a"},
	]
	every patch in odd {
		window := object.union(data.example.offpeak.windows[0], patch)
		fault := "data.offpeak needs least_saving_percent and a list of windows that are whole"
		faults_of({"offpeak": object.union(data.example.offpeak, {"windows": [window]})}) == {fault}
		count(faults_of({"offpeak": object.union(data.example.offpeak, {"windows": [7]})})) == 1
	}
}

test_risk_spot_and_limits_name_only_what_exists if {
	cases := {
		"risk": [
			{"environments": []}, {"environments": ["fog"]}, {"network_tools": []}, {"network_tools": ["fly"]},
			{"cost_cents": -1}, {"cost_cents": 0.5}, {"more": 1},
		],
		"spot": [
			{"tools": []}, {"tools": ["fly"]}, {"vcpu_cents_hour": "1"}, {"gpu_cents_hour": []},
			{"gpu_cents_hour": {"dream": 1}}, {"gpu_cents_hour": {"high": 0.5}}, {"more": 1},
		],
		"limits": [
			{"machines": 0}, {"machines": 1.5}, {"hours": 0}, {"hours": null}, {"lasting": []},
			{"lasting": ["fog"]}, {"more": 1},
		],
	}
	every name, patches in cases {
		every patch in patches {
			some fault in faults_of({name: object.union(data.example[name], patch)})
			startswith(fault, concat("", ["data.", name, " needs "]))
		}
	}
}

test_an_elevation_says_whose_yes_it_takes if {
	bad := [
		{"price_tolerance_percent": -1}, {"elevation_hours": 0}, {"elevation": {"roles": ["wizard"]}},
		{"elevation": {"code": ""}}, {"elevation": {"people": 0}}, {"more": 1},
	]
	every patch in bad {
		faults := faults_of({"approving": object.union(data.example.approving, patch)})
		"data.approving needs price_tolerance_percent, elevation_hours, and a requirement for an elevation" in faults
	}
}

test_the_reevaluation_says_what_it_does_as_whom_and_whose_yes_it_takes if {
	bad := [{"action": "guess"}, {"roles": []}, {"roles": ["wizard"]}, {"approval": {"people": 0}}]
	every patch in bad {
		faults := faults_of({"reevaluation": object.union(data.example.reevaluation, patch)})
		"data.reevaluation needs an action, roles that exist, and an approval" in faults
	}
}
