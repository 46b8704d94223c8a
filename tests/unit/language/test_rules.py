

def test_a_country_behind_the_machines_is_where_the_work_must_be() -> None:
    text = "Host our wiki on 2 vCPUs and 8 GB RAM in Germany, under $100 a month"
    assert parse(text).residency == ("DE",)
