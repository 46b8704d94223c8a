# METADATA
# title: What a field may be
package lib.types

text(value) if {
	is_string(value)
	value != ""
}

text_or_null(value) if is_null(value)

text_or_null(value) if text(value)

texts(value) if {
	is_array(value)
	every item in value {
		text(item)
	}
}

# Below 2^53, so that every engine's arithmetic is exact.
whole(value) if {
	is_number(value)
	value >= 0
	value <= 9000000000000000
	floor(value) == value
}

positive(value) if {
	is_number(value)
	value > 0
}
