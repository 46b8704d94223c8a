# What begins by the clock, at home: timers inside the apps, in the host's own form (seconds first).

locals {
  schedules = {
    orchestrator = "0 */${var.tick_minutes} * * * *"
    reevaluate   = "0 17 * * * *"
    cleanup      = "0 41 3 * * *"
  }
}
