package freeze_test

global := {"scope": "global", "name": "", "reason": "Incident 7."}

tenant(name) := {"scope": "tenant", "name": name, "reason": "Audit."}

cloud(name) := {"scope": "cloud", "name": name, "reason": "Outage."}

under(freezes) := data.example.changed({"context": {"freeze": freezes}})

test_without_a_freeze_a_write_is_allowed if {
	data.example.allowed with input as under([])
}

test_a_freeze_elsewhere_is_allowed if {
	data.example.allowed with input as under([tenant("globex"), cloud("gcp")])
}

test_under_a_global_freeze_every_write_is_denied if {
	data.example.messages == {"Writes are frozen everywhere: Incident 7."} with input as under([global])
	release := object.union(data.example.existing("release", "destructive"), {"context": {"freeze": [global]}})
	data.example.codes == {"FROZEN"} with input as release
}

test_a_write_of_a_frozen_tenant_or_on_a_frozen_cloud_is_denied if {
	data.example.messages == {"Writes are frozen for the tenant acme: Audit."} with input as under([tenant("acme")])
	data.example.messages == {"Writes are frozen for the cloud aws: Outage."} with input as under([cloud("gcp"), cloud("aws")])
}

test_reading_is_allowed_under_every_freeze if {
	look := object.union(data.example.existing("look", "read"), {"context": {"freeze": [global]}})
	data.example.allowed with input as look
}

test_an_absent_list_of_freezes_is_denied_in_the_control_plane if {
	data.example.codes == {"QUESTION_MALFORMED"} with input as data.example.without("context/freeze")
	data.example.codes == {"QUESTION_MALFORMED"} with input as under(null)
}

test_a_function_leaves_the_freeze_to_the_control_plane if {
	alone := data.example.changed({"cost": null, "context": {"plane": "function", "spend": null, "freeze": null}})
	data.example.allowed with input as alone
}
