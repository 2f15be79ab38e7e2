"""Whom our own mail server vouches for."""

import pytest

from bourse.meetings.vouch import Proof, proof_of

OURS = "mx.club.example"


@pytest.mark.parametrize(
    ("results", "proof"),
    [
        ((), Proof.none),
        (("mx.ailleurs.example; dmarc=pass header.from=bourse.example",), Proof.none),  # anybody can write that
        (("mx.ailleurs.example; dmarc=fail header.from=bourse.example",), Proof.none),
        ((f"{OURS}; none",), Proof.none),
        ((f"{OURS} 1; dmarc=pass (p=NONE) header.from=bourse.example",), Proof.passed),
        ((f"{OURS}; spf=fail smtp.mailfrom=x.example; dmarc=pass header.from=bourse.example",), Proof.passed),
        ((f"{OURS}; dkim=pass header.d=bourse.example; dmarc=fail header.from=bourse.example",), Proof.failed),
        ((f"{OURS}; dkim=pass header.i=@bourse.example header.s=one",), Proof.passed),
        ((f"{OURS.upper()}; SPF=Pass smtp.mailfrom=marc@mail.bourse.example",), Proof.passed),
        ((f"{OURS}; dkim=pass header.d=liste.example",), Proof.none),  # not the sender's own
        ((f"{OURS}; dkim=pass header.d=example",), Proof.none),
        ((f"{OURS}; dkim=pass header.d=notbourse.example",), Proof.none),
        ((f"{OURS}; spf=softfail smtp.mailfrom=bourse.example",), Proof.none),
        ((f"{OURS}; spf=fail smtp.mailfrom=bourse.example; dkim=none",), Proof.failed),
        ((f"{OURS}; dmarc=pass header.from=ailleurs.example",), Proof.failed),  # it believed another address than we do
        ((f'{OURS}; spf=pass smtp.mailfrom="x;dmarc=pass;"@ailleurs.example; dmarc=fail',), Proof.failed),
        ((f"{OURS}; dmarc=fail", f"{OURS}; dmarc=pass"), Proof.failed),  # the last server's word stands first
    ],
)
def test_only_our_own_server_is_believed(results, proof):
    assert proof_of(results, OURS, "marc@bourse.example") is proof


def test_without_a_server_of_our_own_nobody_is_vouched_for():
    assert proof_of((f"{OURS}; dmarc=fail",), "", "marc@bourse.example") is Proof.none
    assert proof_of((";;;", "", "="), OURS, "marc@bourse.example") is Proof.none
