package limits_test

test_as_many_for_as_long_as_the_limits_say_is_allowed if {
	most := data.example.changed({"resource": {"count": 10, "hours": 100}})
	data.example.allowed with input as most
}

test_more_than_the_limit_is_denied_whatever_it_is_called if {
	every name in ["count", "maximum", "desired", "minimum", "min_replicas", "max_replicas"] {
		many := data.example.changed({"resource": {name: 11}})
		data.example.messages == {"start may start 10 machines at most, and must say how many."} with input as many
	}
}

test_a_number_that_is_none_is_denied if {
	every number in ["5", null, -1, 1.5, [1], true] {
		data.example.codes == {"LIMIT_COUNT"} with input as data.example.changed({"resource": {"count": number}})
	}
}

test_an_absent_number_is_denied if {
	data.example.codes == {"LIMIT_COUNT"} with input as data.example.without("resource/count")
}

test_a_life_beyond_the_limit_is_denied if {
	every hours in [101, 100.5, 0, -1, "6", true] {
		long := data.example.changed({"resource": {"hours": hours}})
		data.example.codes == {"LIMIT_LIFETIME"} with input as long
	}
}

test_machines_that_last_are_allowed_where_they_may if {
	lasting := data.example.changed({"resource": {"hours": null, "tags": {"environment": "production"}}})
	data.example.asked == {"RISK_PRODUCTION"} with input as lasting
}

test_an_absent_end_is_denied_elsewhere if {
	expected := {"start may start machines for 100 hours at most, and for no end only in: production."}
	data.example.messages == expected with input as data.example.changed({"resource": {"hours": null}})
	data.example.messages == expected with input as data.example.without("resource/hours")
}

test_without_limits_no_machine_starts if {
	every gap in ["machines", "hours"] {
		fewer := json.remove(data.example.limits, [gap])
		not "limits" in data.rules.agrees with input as data.example.question with data.limits as fewer
			with data.tools as data.example.tools
	}
	endless := data.example.changed({"resource": {"hours": null, "tags": {"environment": "production"}}})
	every lasting in [[], null] {
		fewer := object.union(data.example.limits, {"lasting": lasting})
		not "limits" in data.rules.agrees with input as endless with data.limits as fewer
			with data.tools as data.example.tools
	}
}

test_what_starts_no_machine_is_allowed_without_a_number if {
	bucket := json.remove(data.example.changed({"action": {"tool": "store"}, "machine": null}), ["resource/count"])
	data.example.allowed with input as bucket
}
