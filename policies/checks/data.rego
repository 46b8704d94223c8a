package checks

faults contains "x" if not is_object(data.budgets)
