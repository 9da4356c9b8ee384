-- The live studies that have waited longest, by arrival, without those that a person has pinned. ARGV[1] prefix, [2] how
-- many of each priority. Answers priority, study and arrival of each.
local prefix, count = ARGV[1], tonumber(ARGV[2])
local found = {}
for _, priority in ipairs({ 'HIGH', 'MEDIUM' }) do
  local taken, first = 0, 0
  while taken < count do
    local rows = redis.call('ZRANGE', prefix .. ':reading-list:' .. priority .. ':SCHEDULED', first, first + count - 1, 'WITHSCORES')
    if #rows == 0 then break end
    for i = 1, #rows, 2 do
      if taken < count and redis.call('HEXISTS', prefix .. ':study:' .. rows[i], 'pinnedAt') == 0 then
        found[#found + 1] = { priority, rows[i], rows[i + 1] }
        taken = taken + 1
      end
    end
    first = first + count
  end
end
return found
