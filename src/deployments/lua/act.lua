-- Begins the body of each script: what it returns waits until the indexes are right (index.lua).
local function act()
