# The house's commands. Each installs what it lacks (Debian packages through sudo when not root); none starts a service.
.DEFAULT_GOAL := help
.PHONY: help demo test soak bench docs pictures deb packages node python

BUILD_PACKAGES := gcc libc6-dev

help: ## this list / danh sách lệnh
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: ## practice ministry and monitor / chạy thử cổng thực hành và bộ giám sát
	@tests/setup/packages.sh $(BUILD_PACKAGES)
	@cargo build --release --locked --bin emc
	@exec cargo run --release --locked --quiet --bin emc -- demo

test: packages node python ## what CI does / mọi kiểm thử như CI
	@tests/setup/run.sh

soak: packages node python ## the long versions of the tests / các kiểm thử dài
	@EMC_SOAK=1 tests/setup/run.sh

bench: packages python ## ratios of one run, see benches/ / đo hiệu năng
	@for script in throughput.sh ttfb.sh daemon.py tarpits.py history.py verify.py; do echo "== $$script"; benches/$$script || exit 1; done

docs: ## write the reference parts of docs/ / sinh phần tra cứu của tài liệu
	@cargo run --locked --quiet --example docs

deb: ## Debian package into target/ / gói Debian vào target/
	@tests/setup/packages.sh $(BUILD_PACKAGES) binutils dpkg-dev
	@cargo build --release --locked --bin emc
	@deploy/debian/build.sh target/release/emc target

pictures: packages node ## remake the pictures in docs/images / chụp lại hình trong tài liệu
	@cargo test --locked --test dashboards --test web -- --ignored pictures

packages:
	@tests/setup/packages.sh $(BUILD_PACKAGES) $$(grep -v '^#' tests/packages.txt)

node:
	@tests/setup/node.sh

python:
	@tests/setup/python.sh
