"""The supervision platform (监督平台): feeds in, facts and rules, eligibility out."""

__version__ = "0.1.0"
