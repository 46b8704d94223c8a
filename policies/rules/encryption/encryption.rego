# Encryption and public access.
# What a tool creates is encrypted at rest and closed to the public, and no argument of a write, anywhere, says otherwise.
package rules

agrees contains "encryption" if input.action.risk in {"read", "destructive"}

agrees contains "encryption" if {
	input.action.risk == "write"
	encryption_made
	every value in input.said.encrypted {
		value == true
	}
	every value in input.said.public {
		value == false
	}
}

# METADATA
# title: What is created is encrypted
# custom:
#   code: NOT_ENCRYPTED
#   severity: critical
#   remedy: Leave `encrypted` at true.
deny contains data.lib.violation("NOT_ENCRYPTED", message) if {
	not "encryption" in agrees
	encryption_lacking
	message := sprintf("%v would make something that is not encrypted at rest.", [input.action.tool])
}

# METADATA
# title: What is created is not public
# custom:
#   code: PUBLIC_ACCESS
#   severity: critical
#   remedy: Leave `public` at false.
deny contains data.lib.violation("PUBLIC_ACCESS", message) if {
	not "encryption" in agrees
	encryption_open
	message := sprintf("%v would make something that the public can reach.", [input.action.tool])
}

encryption_made if {
	tool.creates == false
} else if {
	tool.creates == true
	input.resource.encrypted == true
	input.resource.public == false
}

encryption_lacking if {
	some value in input.said.encrypted
	value != true
}

encryption_lacking if {
	tool.creates == true
	not input.resource.encrypted == true
}

encryption_open if {
	some value in input.said.public
	value != false
}

encryption_open if {
	tool.creates == true
	not input.resource.public == false
}
