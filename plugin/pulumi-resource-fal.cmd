@echo off
where node >nul 2>nul || (echo pulumi-resource-fal needs Node.js 22.19 or newer, but there is no node on PATH. Install it from https://nodejs.org. 1>&2 & exit /b 1)
node --max-semi-space-size=4 "%~dp0main.js" %*
