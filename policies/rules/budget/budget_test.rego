package budget_test

spent(tenant, project) := {"context": {"spend": {"tenant_month_cents": tenant, "project_month_cents": project}}}

test_within_every_limit_is_allowed if {
	data.example.allowed with input as data.example.question
}

test_a_request_that_costs_its_cap_is_allowed if {
	exact := data.example.changed({"cost": {"total_cents": 10000}})
	data.example.allowed with input as exact
}

test_a_cent_over_the_cap_is_denied if {
	over := data.example.changed({"cost": {"total_cents": 10001}})
	data.example.messages == {"It would cost $100.01 per run; the request allows $100.00."} with input as over
}

test_the_cap_is_per_what_it_says if {
	hourly := data.example.changed({"cost": {"cap_per": "hour", "cap_cents": 1499}})
	data.example.messages == {"It would cost $15.00 per hour; the request allows $14.99."} with input as hourly
	monthly := data.example.changed({"cost": {"cap_per": "month", "cap_cents": 1094999}})
	data.example.messages == {"It would cost $10950.00 per month; the request allows $10949.99."} with input as monthly
}

test_without_a_cap_the_limits_hold_alone if {
	uncapped := data.example.changed({"cost": {"cap_cents": null, "cap_per": null}})
	data.example.allowed with input as uncapped
}

test_up_to_the_hard_limit_a_person_is_asked if {
	dear := data.example.changed(spent(191000, 0))
	data.example.decision.verdict == "ask" with input as dear
	expected := {"Tenant acme would have spent $2000.00 by the month's end; the soft limit is $1000.00."}
	data.example.messages == expected with input as dear
}

test_past_the_tenants_hard_limit_is_denied if {
	over := data.example.changed(spent(191001, 0))
	expected := {"Tenant acme would have spent $2000.01 by the month's end; the hard limit is $2000.00."}
	data.example.messages == expected with input as over
}

test_past_the_projects_hard_limit_is_denied if {
	over := data.example.changed(spent(0, 91001))
	expected := {"Project vision would have spent $1000.01 by the month's end; the hard limit is $1000.00."}
	data.example.messages == expected with input as over
}

test_an_unknown_tenant_has_the_default_limits if {
	stranger := data.example.changed({
		"principal": {"tenant": "globex"},
		"resource": {"tags": {"tenant": "globex"}},
	})
	data.example.codes == {"BUDGET_HARD"} with input as stranger
}

test_an_unknown_project_has_the_default_limits if {
	stranger := data.example.changed({"resource": {"tags": {"project": "secret"}}})
	expected := {"Project secret would have spent $290.00 by the month's end; the hard limit is $20.00."}
	data.example.messages == expected with input as stranger
}

test_an_absent_price_or_spend_is_denied_in_the_control_plane if {
	every patch in [{"cost": null}, {"context": {"spend": null}}] {
		unknown := data.example.changed(patch)
		"BUDGET_UNKNOWN" in data.example.codes with input as unknown
	}
}

test_an_absent_project_is_denied if {
	every path in ["resource/tags/project", "resource/tags"] {
		"BUDGET_MISSING" in data.example.codes with input as data.example.without(path)
	}
}

test_without_budgets_nothing_is_bought if {
	gaps := [
		"default", "tenants", "tenants/acme/limit",
		"tenants/acme/limit/hard_cents", "tenants/acme/limit/soft_cents", "tenants/acme/projects", "tenants/acme/run",
	]
	every path in gaps {
		fewer := json.remove(data.example.budgets, [path])
		every call in [data.example.question, data.example.changed({"principal": {"tenant": "globex"}})] {
			not "budget" in data.rules.agrees with input as call with data.budgets as fewer
				with data.tools as data.example.tools
		}
	}
}

test_a_function_leaves_the_budget_to_the_control_plane if {
	alone := data.example.changed({"cost": null, "context": {"plane": "function", "spend": null, "freeze": null}})
	data.example.allowed with input as alone
}

test_what_buys_nothing_needs_no_price if {
	free := object.union(data.example.existing("release", "destructive"), {"cost": null, "context": {"spend": null}})
	data.example.allowed with input as free
}

free := {"total_cents": 0, "hourly_cents": 0, "machines_cents": 0, "monthly_cents": 0, "cap_cents": null, "cap_per": null}

unaccounted(tool) := json.remove(
	object.union(data.example.existing(tool, "write"), {"cost": free, "data": {"residency": []}}),
	["resource/tags/project"],
)

test_a_free_change_of_what_exists_needs_no_account if {
	data.example.allowed with input as unaccounted("change")
}

test_a_free_change_needs_its_price_to_be_known if {
	unpriced := object.union(unaccounted("change"), {"cost": null})
	data.example.codes == {"BUDGET_UNKNOWN"} with input as unpriced
}

test_a_change_that_costs_needs_an_account if {
	dear := object.union(unaccounted("change"), {"cost": {"total_cents": 1}})
	data.example.codes == {"BUDGET_MISSING"} with input as dear
}

test_what_is_created_for_free_needs_an_account if {
	"BUDGET_MISSING" in data.example.codes with input as unaccounted("start")
}

test_past_a_runs_hard_limit_is_denied if {
	over := data.example.changed({"context": {"spend": {"run_cents": 71001}}})
	expected := {"Run run-1 would have spent $800.01; the hard limit is $800.00."}
	data.example.messages == expected with input as over
}

test_past_a_runs_soft_limit_a_person_is_asked if {
	dear := data.example.changed({"context": {"spend": {"run_cents": 31001}}})
	data.example.asked == {"BUDGET_SOFT"} with input as dear
}

test_what_a_run_spends_is_limited_though_it_has_no_name if {
	over := json.remove(data.example.changed({"context": {"spend": {"run_cents": 71001}}}), ["resource/tags/run"])
	"Run without a name would have spent $800.01; the hard limit is $800.00." in data.example.messages with input as over
}
