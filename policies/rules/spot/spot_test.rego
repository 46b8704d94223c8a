package spot_test

# 96 vCPUs at 1 cent and 8 A100s at 200 cents: up to $16.96 an hour.
spot(patch) := object.union(data.example.changed({"action": {"tool": "start_spot"}}), patch)

job(patch) := object.union(data.example.changed({"resource": {"purchase": "spot"}}), patch)

test_a_spot_machine_within_the_cap_is_allowed if {
	data.example.allowed with input as spot({"resource": {"max_price_micros_hour": 16960000}})
	data.example.allowed with input as spot({"resource": {"max_price_micros_hour": null}})
	data.example.allowed with input as spot({"cost": {"machines_cents": 1696}})
	data.example.allowed with input as job({})
}

test_the_cap_is_for_each_machine if {
	data.example.allowed with input as spot({"resource": {"count": 2}, "cost": {"machines_cents": 3392}})
}

test_a_machine_without_gpu_goes_by_its_processors if {
	plain := {"machine": {"gpu": null, "gpu_count": 0}, "cost": {"machines_cents": 96}}
	data.example.allowed with input as spot(plain)
	dear := object.union(plain, {"cost": {"machines_cents": 97}})
	data.example.codes == {"SPOT_PRICE"} with input as spot(dear)
}

test_a_ceiling_above_the_cap_is_denied if {
	above := spot({"resource": {"max_price_micros_hour": 16960001}})
	data.example.messages == {"The call would pay more than $16.96 an hour for a spot machine."} with input as above
}

test_a_ceiling_that_is_no_number_is_denied if {
	every ceiling in ["1", true, [], {}] {
		data.example.codes == {"SPOT_CEILING"} with input as spot({"resource": {"max_price_micros_hour": ceiling}})
	}
}

test_a_price_above_the_cap_is_denied if {
	every call in [spot({"cost": {"machines_cents": 1697}}), job({"cost": {"machines_cents": 1697}})] {
		expected := {"The spot machine costs more than $16.96 an hour, or its price is not known."}
		data.example.messages == expected with input as call
	}
}

test_a_purchase_of_no_known_kind_is_held_to_the_cap if {
	odd := data.example.changed({"resource": {"purchase": "SPOT"}, "cost": {"machines_cents": 1697}})
	data.example.codes == {"SPOT_PRICE"} with input as odd
}

test_an_absent_price_is_denied_in_the_control_plane if {
	"SPOT_PRICE" in data.example.codes with input as spot({"cost": null})
}

test_an_absent_count_is_denied if {
	uncounted := json.remove(spot({}), ["resource/count"])
	"SPOT_PRICE" in data.example.codes with input as uncounted
}

test_a_function_holds_the_ceiling_alone if {
	alone := {"cost": null, "context": {"plane": "function", "spend": null, "freeze": null}}
	data.example.allowed with input as spot(alone)
	above := object.union(alone, {"resource": {"max_price_micros_hour": 16960001}})
	data.example.codes == {"SPOT_CEILING"} with input as spot(above)
}

test_without_a_cap_nothing_is_bought_on_spot if {
	every gap in ["vcpu_cents_hour", "gpu_cents_hour", "gpu_cents_hour/high", "tools"] {
		fewer := json.remove(data.example.spot, [gap])
		not "spot" in data.rules.agrees with input as spot({}) with data.spot as fewer
			with data.tools as data.example.tools
			with data.families as data.example.families
	}
	codes := {violation.code | some violation in data.rules.deny} with input as spot({}) with data.spot as {"tools": ["start_spot"]}
		with data.tools as data.example.tools
	"SPOT_CAP_MISSING" in codes
}

test_on_demand_is_allowed_at_any_price if {
	data.example.allowed with input as data.example.changed({"cost": {"machines_cents": 9000}})
	data.example.allowed with input as data.example.changed({"resource": {"purchase": "on_demand"}, "cost": {"machines_cents": 9000}})
}

test_what_starts_no_machine_is_allowed_without_a_cap if {
	bucket := data.example.changed({"action": {"tool": "store"}, "machine": null})
	data.example.allowed with input as bucket
}
