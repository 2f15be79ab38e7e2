"""Give and take, in half-days."""

from bourse.home.balance import Balance, Visit, balance


def test_nothing_yet() -> None:
    assert balance([]) == Balance(0, 0, 0)


def test_guests_at_my_meeting_are_received_and_those_to_come_expected() -> None:
    visits = [Visit(is_over=True, at_mine=True, guests=9), Visit(is_over=False, at_mine=True, guests=10)]
    assert balance(visits) == Balance(received=9, expected=10, given=0)


def test_only_meetings_where_i_was_are_given() -> None:
    visits = [
        Visit(is_over=True, at_mine=False, guests=11, i_came=True),
        Visit(is_over=True, at_mine=False, guests=11),
        Visit(is_over=False, at_mine=False, guests=8),
        Visit(is_over=True, at_mine=True, guests=3, i_came=True),
    ]
    assert balance(visits).given == 1


def test_what_the_club_gives_is_what_it_receives() -> None:
    came = {"hugo": {"marc", "nadia"}, "marc": {"hugo"}, "nadia": set[str]()}
    totals = [
        balance(
            Visit(is_over=True, at_mine=host == one, guests=len(guests), i_came=one in guests)
            for host, guests in came.items()
        )
        for one in came
    ]
    assert sum(each.given for each in totals) == sum(each.received for each in totals) == 3
