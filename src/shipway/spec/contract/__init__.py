"""The contract: what each variable must be, and whether the resolved values keep to it.  Pure.

rules.py    a variable's rules, as shipway.yaml declares them
supply.py   what the contract itself supplies: defaults, fixed and derived values
judge.py    the verdicts over the values that services really get
forms.py    what a value of a type looks like
refuse.py   verdicts as one Problem, each with the command that mends it
infer.py    a first contract, out of what a project already has
"""
