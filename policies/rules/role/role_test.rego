package role_test

test_a_role_that_has_the_tool_is_allowed if {
	data.example.allowed with input as data.example.question
}

test_one_of_several_roles_is_enough if {
	both := data.example.changed({"principal": {"roles": ["guest", "builder"]}})
	data.example.allowed with input as both
}

test_a_role_without_the_tool_is_denied if {
	guest := data.example.changed({"principal": {"roles": ["guest"]}, "machine": {"gpu": "T4"}})
	data.example.messages == {"mia@acme (roles: guest) may not use start in development; it takes one of: builder."} with input as guest
}

test_an_unknown_role_has_nothing if {
	stranger := data.example.changed({"principal": {"roles": ["root"]}, "machine": {"gpu": null, "gpu_count": 0}})
	data.example.codes == {"ROLE_FORBIDDEN"} with input as stranger
}

test_an_absent_role_is_denied_even_reading if {
	nobody := data.example.changed({"principal": {"roles": []}, "action": {"tool": "price", "risk": "read"}})
	data.example.codes == {"ROLE_FORBIDDEN"} with input as nobody
}

test_a_role_in_an_environment_that_it_does_not_have_is_denied if {
	staging := data.example.changed({"resource": {"tags": {"environment": "staging"}}})
	data.example.messages == {"mia@acme (roles: builder) may not use start in staging; no role may."} with input as staging
}

test_an_absent_environment_is_denied if {
	expected := "mia@acme (roles: builder) may not use start in an environment that the tags do not name; no role may."
	expected in data.example.messages with input as data.example.without("resource/tags/environment")
	expected in data.example.messages with input as data.example.changed({"resource": {"tags": {"environment": ["production"]}}})
}

test_without_a_list_of_roles_everything_is_denied if {
	"ROLE_FORBIDDEN" in {violation.code | some violation in data.rules.deny} with input as data.example.question
		with data.roles as {}
}
