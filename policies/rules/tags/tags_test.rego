package tags_test

test_all_the_required_tags_are_allowed if {
	data.example.allowed with input as data.example.question
}

test_a_malformed_tag_is_denied if {
	every value in ["Vision", "vi sion", "zu-lang-zu-lang", "вижн", "a/b"] {
		odd := data.example.changed({"resource": {"tags": {"project": value}}})
		"TAG_MALFORMED" in data.example.codes with input as odd
	}
}

test_a_tag_that_is_no_text_counts_as_missing if {
	every value in ["", 5, null, ["vision"]] {
		odd := data.example.changed({"resource": {"tags": {"project": value}}})
		"The tag project is missing." in data.example.messages with input as odd
	}
}

test_an_absent_tag_is_denied if {
	every tag in ["tenant", "project", "owner"] {
		gap := data.example.without(concat("/", ["resource/tags", tag]))
		"TAG_MISSING" in data.example.codes with input as gap
	}
	"TAG_MISSING" in data.example.codes with input as data.example.without("resource/tags")
}

test_somebody_elses_owner_tag_is_denied if {
	blamed := data.example.changed({"resource": {"tags": {"owner": "ben@acme"}}})
	data.example.messages == {"The tag owner does not name the caller, mia@acme."} with input as blamed
}

test_without_a_list_of_tags_nothing_is_created if {
	every list in [{}, {"required": [], "longest": 63, "characters": "a"}, {"required": ["owner"]}] {
		not "tags" in data.rules.agrees with input as data.example.question with data.tags as list
	}
	codes := {violation.code | some violation in data.rules.deny} with input as data.example.question with data.tags as {}
	"TAG_LIST_MISSING" in codes
}

test_what_creates_nothing_needs_none if {
	data.example.allowed with input as data.example.existing("release", "destructive")
}
