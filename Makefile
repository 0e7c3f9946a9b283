.PHONY: help check it fmt dev

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

check: ## every test, with the real parts they need (docker, git, registry)
	./check

it: ## one integration test: make it TEST=SomethingIT
	src/test/env/up
	./mvnw -B -ntp verify -Dit.test=$(TEST) -Dsurefire.failIfNoSpecifiedTests=false -Dtest=none

fmt: ## format the code
	./mvnw -q spotless:apply

dev: ## run the server, reloading on change
	@# hot reload compiles in the server's own JVM, where Error Prone needs the same openings as in Maven's
	./mvnw quarkus:dev -Djvm.args="$$(tr '\n' ' ' <.mvn/jvm.config)"
