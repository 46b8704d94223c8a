package gate_test

test_a_question_that_every_rule_agrees_to_is_allowed if {
	data.example.allowed with input as data.example.question
}

test_nothing_asked_is_denied if {
	data.example.decision.verdict == "deny" with input as {}
}

test_one_denial_wins_over_all_that_agree if {
	public := data.example.changed({"resource": {"public": true}})
	data.example.decision.verdict == "deny" with input as public
	data.example.codes == {"PUBLIC_ACCESS"} with input as public
}

test_denial_wins_over_asking if {
	both := data.example.changed({
		"resource": {"public": true},
		"context": {"spend": {"tenant_month_cents": 150000}},
	})
	data.example.decision.verdict == "deny" with input as both
}

test_asking_wins_over_allowing if {
	dear := data.example.changed({"context": {"spend": {"tenant_month_cents": 150000}}})
	data.example.decision.verdict == "ask" with input as dear
	data.example.codes == {"BUDGET_SOFT"} with input as dear
}

test_reasons_are_in_order if {
	bad := data.example.changed({"resource": {"public": true, "encrypted": false}})
	codes := [violation.code | some violation in data.example.decision.violations] with input as bad
	codes == ["NOT_ENCRYPTED", "PUBLIC_ACCESS"]
}

test_a_rule_that_does_not_agree_and_gives_no_reason_denies if {
	data.gate.decision.verdict == "deny" with input as data.example.question
		with data.rules.sound as true
		with data.rules.agrees as {"role", "tenant"}
		with data.rules.deny as set()
}

test_an_absent_rule_denies if {
	every rule in data.gate.required {
		others := data.gate.required - {rule}
		data.gate.decision.violations[0].code == "RULE_SILENT" with input as data.example.question
			with data.rules.sound as true
			with data.rules.agrees as others
			with data.rules.deny as set()
	}
}

test_an_agreement_of_nobody_required_counts_for_nothing if {
	data.gate.decision.verdict == "deny" with input as data.example.question
		with data.rules.sound as true
		with data.rules.agrees as {"horoscope"}
		with data.rules.deny as set()
}
