# METADATA
# title: Money for people
# description: Whole cents as `$1234.05`, in integer arithmetic.
package lib.money

usd(cents) := sprintf("$%v.%v%v", [dollars, tens, ones]) if {
	rest := cents % 100
	dollars := (cents - rest) / 100
	ones := rest % 10
	tens := (rest - ones) / 10
}
