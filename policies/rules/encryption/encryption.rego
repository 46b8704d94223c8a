# Encryption and public access.
# What a tool creates is encrypted at rest and closed to the public, and no argument of a write, anywhere, says otherwise.
package rules

agrees contains "encryption" if tool.risk in {"read", "destructive"}

agrees contains "encryption" if {
	tool.risk == "write"
	tool.creates == false
	encryption_kept
	encryption_closed
}

agrees contains "encryption" if {
	tool.risk == "write"
	tool.creates == true
	input.resource.encrypted == true
	input.resource.public == false
	encryption_kept
	encryption_closed
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

encryption_kept if {
	every value in {said | some ["encrypted", said] in named} {
		value == true
	}
}

encryption_closed if {
	said := {value |
		some [name, value] in named
		contains(name, "public")
	}
	every value in said {
		value == false
	}
}

encryption_lacking if not encryption_kept

encryption_lacking if {
	tool.creates == true
	not input.resource.encrypted == true
}

encryption_open if not encryption_closed

encryption_open if {
	tool.creates == true
	not input.resource.public == false
}
