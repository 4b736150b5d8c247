"""Reseller programme for BILLmanager: personal discounts that follow what a reseller paid in."""

__version__ = "0.2.0"
