package question_test

test_a_sound_question_is_allowed if {
	data.example.allowed with input as data.example.question
}

test_a_region_may_be_null if {
	anywhere := data.example.changed({"action": {"tool": "price", "risk": "read", "region": null}})
	data.example.allowed with input as anywhere
}

test_an_unknown_tool_is_denied if {
	unknown := data.example.changed({"action": {"tool": "mine_bitcoin"}})
	data.example.messages == {"No tool is called mine_bitcoin."} with input as unknown
}

test_a_write_that_calls_itself_a_read_is_denied if {
	disguised := data.example.changed({"action": {"risk": "read"}})
	data.example.messages == {"start is of risk write, not read."} with input as disguised
}

test_every_absent_field_is_denied if {
	paths := [
		"principal", "principal/id", "principal/tenant", "principal/roles", "principal/channel",
		"action", "action/tool", "action/risk", "action/cloud", "action/region",
		"resource", "machine", "machine/name", "machine/family", "machine/vcpus", "machine/memory_gib", "machine/gpu",
		"machine/gpu_count", "cost", "cost/total_cents", "cost/hourly_cents", "cost/machines_cents", "cost/monthly_cents",
		"cost/cap_cents",
		"cost/cap_per", "data", "data/residency", "data/personal",
		"context", "context/plane", "context/now", "context/spend", "context/spend/tenant_month_cents",
		"context/spend/project_month_cents", "context/freeze", "context/undo", "context/spend/run_cents",
	]
	every path in paths {
		gap := data.example.without(path)
		data.example.codes == {"QUESTION_MALFORMED"} with input as gap
	}
}

test_every_mistyped_field_is_denied if {
	patches := [
		{"principal": {"id": 7}}, {"principal": {"tenant": null}}, {"principal": {"tenant": ""}},
		{"principal": {"roles": "builder"}}, {"principal": {"roles": [1]}}, {"principal": {"channel": {}}},
		{"action": {"tool": ["start"]}}, {"action": {"risk": null}}, {"action": {"cloud": 1}}, {"action": {"region": []}},
		{"resource": []}, {"machine": "p4d"}, {"machine": {"name": 1}}, {"machine": {"gpu_count": "8"}},
		{"machine": {"vcpus": 0.5}}, {"machine": {"vcpus": null}}, {"context": {"undo": null}},
		{"machine": {"gpu_count": 0.5}}, {"machine": {"gpu_count": -1}}, {"machine": {"gpu": 1}},
		{"cost": 5}, {"cost": {"total_cents": "1"}}, {"cost": {"total_cents": -1}}, {"cost": {"total_cents": 0.5}},
		{"cost": {"total_cents": 10000000000000000}}, {"cost": {"total_cents": null}}, {"cost": {"cap_cents": null}},
		{"cost": {"cap_per": "year"}}, {"cost": {"cap_per": null}}, {"data": {"residency": "EU"}},
		{"data": {"residency": [null]}}, {"data": {"personal": "no"}}, {"context": {"plane": "moon"}},
		{"context": {"now": 5}}, {"context": {"spend": []}}, {"context": {"spend": {"tenant_month_cents": -5}}},
		{"context": {"freeze": null}}, {"context": {"freeze": {}}}, {"context": {"freeze": [null]}},
		{"context": {"freeze": [{"scope": "moon", "name": "", "reason": ""}]}},
		{"context": {"freeze": [{"scope": "global", "name": null, "reason": ""}]}},
	]
	every patch in patches {
		odd := data.example.changed(patch)
		data.example.codes == {"QUESTION_MALFORMED"} with input as odd
	}
}
