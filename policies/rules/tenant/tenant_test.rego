package tenant_test

test_your_own_tenant_is_allowed if {
	data.example.allowed with input as data.example.question
	data.example.allowed with input as data.example.existing("look", "read")
	data.example.allowed with input as data.example.existing("release", "destructive")
}

test_another_tenants_tag_is_denied if {
	theirs := data.example.changed({"resource": {"tags": {"tenant": "globex"}}})
	data.example.messages == {"mia@acme acts for tenant acme, but the call is about tenant globex."} with input as theirs
}

test_another_tenants_resource_is_denied_to_see_and_to_release if {
	every call in [data.example.existing("look", "read"), data.example.existing("release", "destructive")] {
		theirs := object.union(call, {"resource": {"tenant": "globex"}})
		data.example.codes == {"TENANT_ISOLATION"} with input as theirs
	}
}

test_an_absent_tenant_is_denied if {
	nobodys := json.remove(data.example.existing("look", "read"), ["resource/tenant"])
	data.example.messages == {"mia@acme acts for tenant acme, but the call is about no tenant."} with input as nobodys
	untagged := data.example.without("resource/tags/tenant")
	"TENANT_ISOLATION" in data.example.codes with input as untagged
}

test_what_belongs_to_nobody_needs_no_tenant if {
	pricing := data.example.changed({"action": {"tool": "price", "risk": "read"}, "resource": {"tags": {"tenant": "x"}}})
	data.example.allowed with input as pricing
}

test_another_tenant_anywhere_in_the_arguments_of_a_write_is_denied if {
	every value in ["globex", 7, true] {
		smuggled := data.example.changed({"resource": {"target": [{"Tenant": value}]}})
		data.example.codes == {"TENANT_ISOLATION"} with input as smuggled
	}
}
