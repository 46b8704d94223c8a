# What the rules' reasons are made with.
package lib

# The remedy stands in the rule's METADATA, whence it comes to data.violations.
violation(code, message) := {"code": code, "message": message, "remedy": data.violations[code].remedy}

# Whole cents as `$1234.05`, in integer arithmetic.
usd(cents) := sprintf("$%v.%v%v", [dollars, tens, ones]) if {
	rest := cents % 100
	dollars := (cents - rest) / 100
	ones := rest % 10
	tens := (rest - ones) / 10
}
