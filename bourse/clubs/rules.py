"""The rules by which letters leave by themselves, in the order of a meeting's life; a club may switch each off."""

from enum import StrEnum


class Rule(StrEnum):
    open_problem = "open_problem"
    ask = "ask"
    ask_again = "ask_again"
    go_on = "go_on"
    problem_due = "problem_due"
    problem_late = "problem_late"
    ask_last = "ask_last"
    call = "call"
    read_problem = "read_problem"
    decide = "decide"
    prepare_story = "prepare_story"
    get_ready = "get_ready"
    come = "come"
    today = "today"
    close_outcome = "close_outcome"
    read_outcome = "read_outcome"
    first_step = "first_step"
    check_in_30 = "check_in_30"
    check_in_90 = "check_in_90"
