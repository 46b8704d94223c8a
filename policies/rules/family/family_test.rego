package family_test

test_an_allowed_family_and_tier_is_allowed if {
	data.example.allowed with input as data.example.question
}

test_a_family_beside_the_list_is_denied if {
	g := data.example.changed({"resource": {"machine": "g5.xlarge"}, "machine": {"name": "g5.xlarge", "family": "g5"}})
	data.example.messages == {"Machines of family g5 (g5.xlarge, aws) are not allowed."} with input as g
}

test_a_denied_family_is_denied_although_its_prefix_is_allowed if {
	p3 := data.example.changed({"resource": {"machine": "p3.2xlarge"}, "machine": {"name": "p3.2xlarge", "family": "p3"}})
	data.example.codes == {"FAMILY_NOT_ALLOWED"} with input as p3
}

test_a_denied_part_of_a_name_is_denied if {
	metal := data.example.changed({"resource": {"machine": "p5.metal"}, "machine": {"name": "p5.metal", "family": "p5"}})
	data.example.codes == {"FAMILY_NOT_ALLOWED"} with input as metal
}

test_a_tool_that_starts_machines_without_one_is_denied if {
	none := data.example.changed({"machine": null})
	"MACHINE_UNKNOWN" in data.example.codes with input as none
}

test_facts_about_another_machine_are_denied if {
	swapped := data.example.changed({"resource": {"machine": "p5.48xlarge"}})
	data.example.codes == {"MACHINE_UNKNOWN"} with input as swapped
}

test_an_absent_machine_name_is_denied if {
	unnamed := data.example.without("resource/machine")
	data.example.codes == {"MACHINE_UNKNOWN"} with input as unnamed
}

test_a_tier_for_others_is_denied if {
	guest := data.example.changed({"principal": {"roles": ["guest"]}})
	expected := "mia@acme (roles: guest) may not use A100 GPUs (tier high)."
	expected in data.example.messages with input as guest
}

test_a_gpu_of_no_known_tier_is_denied if {
	every gpu in ["Z9000", null] {
		new := data.example.changed({"machine": {"gpu": gpu}})
		data.example.codes == {"GPU_TIER"} with input as new
	}
}

test_a_machine_without_gpu_needs_no_tier if {
	plain := data.example.changed({"machine": {"gpu": null, "gpu_count": 0}})
	data.example.allowed with input as plain
}

test_without_any_one_of_the_lists_nothing_is_usable if {
	every path in ["allow", "allow/aws", "deny", "deny/aws", "deny_machines", "tiers", "gpus"] {
		fewer := json.remove(data.example.families, [path])
		not "family" in data.rules.agrees with input as data.example.question with data.families as fewer
			with data.tools as data.example.tools
	}
}

test_an_empty_list_allows_nothing if {
	none := object.union(data.example.families, {"allow": {"aws": []}})
	not "family" in data.rules.agrees with input as data.example.question with data.families as none
		with data.tools as data.example.tools
}

test_what_starts_no_machine_needs_none if {
	bucket := data.example.changed({"action": {"tool": "store"}, "machine": null})
	data.example.allowed with input as bucket
}
