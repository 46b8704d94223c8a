package encryption_test

test_encrypted_and_closed_is_allowed if {
	data.example.allowed with input as data.example.question
}

test_unencrypted_is_denied if {
	every value in [false, "true", 1, null] {
		plain := data.example.changed({"resource": {"encrypted": value}})
		data.example.codes == {"NOT_ENCRYPTED"} with input as plain
	}
}

test_public_is_denied if {
	every value in [true, "false", 0, null] {
		open := data.example.changed({"resource": {"public": value}})
		data.example.codes == {"PUBLIC_ACCESS"} with input as open
	}
}

test_an_absent_field_is_denied if {
	data.example.codes == {"NOT_ENCRYPTED"} with input as data.example.without("resource/encrypted")
	data.example.codes == {"PUBLIC_ACCESS"} with input as data.example.without("resource/public")
}

test_what_creates_nothing_needs_neither if {
	data.example.allowed with input as data.example.existing("look", "read")
}

test_no_argument_anywhere_may_lift_encryption_or_open_to_the_public if {
	cases := {
		"NOT_ENCRYPTED": [{"disk": {"encrypted": false}}, {"disks": [{"Encrypted": "yes"}]}],
		"PUBLIC_ACCESS": [{"network": {"public_ip": true}}, {"PubliclyAccessible": "true"}],
	}
	every code, patches in cases {
		every patch in patches {
			data.example.codes == {code} with input as data.example.changed({"resource": patch})
			change := object.union(data.example.existing("change", "write"), {"resource": patch, "data": {"residency": []}})
			moved := data.example.posed(json.remove(change, ["resource/region"]))
			data.example.codes == {code} with input as moved
		}
	}
}
