"""The engines' tests share a suite; its assertions explain themselves like any test's."""

import pytest

pytest.register_assert_rewrite("tests.engines.conformance")
