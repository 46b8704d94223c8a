package risk_test

production := data.example.changed({"resource": {"tags": {"environment": "production"}}})

alone := {"cost": null, "context": {"plane": "function", "spend": null, "freeze": null}}

release := object.union(data.example.existing("release", "destructive"), {"context": {"undo": false}})

reroute := object.union(data.example.existing("reroute", "write"), {"data": {"residency": []}, "cost": {"total_cents": 0}})

test_an_everyday_write_is_allowed if {
	data.example.allowed with input as data.example.question
}

test_before_production_is_changed_a_person_is_asked if {
	data.example.asked == {"RISK_PRODUCTION"} with input as production
	data.example.messages == {"start would change production."} with input as production
}

test_before_anything_is_destroyed_a_person_is_asked if {
	data.example.asked == {"RISK_DESTRUCTIVE"} with input as release
}

test_before_traffic_takes_a_new_path_a_person_is_asked if {
	data.example.asked == {"RISK_NETWORK"} with input as reroute
}

test_above_the_threshold_of_cost_a_person_is_asked if {
	dear := data.example.changed({"cost": {"total_cents": 10001, "cap_cents": null, "cap_per": null}})
	data.example.asked == {"RISK_COST"} with input as dear
	data.example.messages == {"It would cost $100.01; above $100.00 a person is asked."} with input as dear
}

test_who_asks_says_whose_yes_it_takes_in_order if {
	both := object.union(production, {"cost": {"total_cents": 10001, "cap_cents": null, "cap_per": null}})
	needs := data.example.decision.obligations.approvals with input as both
	needs == [object.union({"code": code}, data.example.yes) | some code in ["RISK_COST", "RISK_PRODUCTION"]]
}

test_taking_back_the_runs_own_work_is_allowed if {
	data.example.allowed with input as object.union(production, {"context": {"undo": true}})
	data.example.allowed with input as object.union(release, {"context": {"undo": true}})
}

test_a_function_leaves_asking_to_the_control_plane if {
	data.example.allowed with input as object.union(production, alone)
	data.example.allowed with input as object.union(release, alone)
}

test_reading_is_allowed_without_asking if {
	data.example.allowed with input as data.example.existing("look", "read")
}

test_where_it_is_not_set_up_what_is_risky_writing_is_denied if {
	every gap in [{}, object.union(data.example.risk, {"environments": []}), object.union(data.example.risk, {"network_tools": []})] {
		codes := {violation.code | some violation in data.rules.deny} with input as data.example.question
			with data.risk as gap
			with data.tools as data.example.tools
		"RISK_UNSET" in codes
	}
}

test_an_absent_word_on_undoing_is_denied if {
	data.example.codes == {"QUESTION_MALFORMED"} with input as data.example.without("context/undo")
}

by_schedule := {"principal": {"channel": "schedule", "roles": ["builder", "guest"]}}

test_the_schedule_moves_by_itself_where_policy_says_so if {
	moves := object.union(data.example.reevaluation, {"action": "move"})
	every asked in [release, reroute] {
		data.example.allowed with input as object.union(asked, by_schedule) with data.reevaluation as moves
	}
}

test_the_schedule_asks_where_policy_says_propose if {
	proposes := data.example.reevaluation
	data.example.asked == {"RISK_DESTRUCTIVE"} with input as object.union(release, by_schedule)
		with data.reevaluation as proposes
	data.example.asked == {"RISK_NETWORK"} with input as object.union(reroute, by_schedule)
		with data.reevaluation as proposes
}

test_nobody_else_moves_without_being_asked_about if {
	moves := object.union(data.example.reevaluation, {"action": "move"})
	signed_in := object.union(by_schedule, {"principal": {"channel": "mcp"}})
	roleless := object.union(by_schedule, {"principal": {"roles": ["builder"]}})
	every who in [signed_in, roleless] {
		data.example.asked == {"RISK_DESTRUCTIVE"} with input as object.union(release, who)
			with data.reevaluation as moves
	}
}

test_the_schedule_is_asked_about_before_production_is_changed if {
	moves := object.union(data.example.reevaluation, {"action": "move"})
	data.example.asked == {"RISK_PRODUCTION"} with input as object.union(production, by_schedule)
		with data.reevaluation as moves
}
