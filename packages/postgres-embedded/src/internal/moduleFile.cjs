// CommonJS in both builds and under Jest: the one form of "the path of this file" that needs neither `import.meta` (an
// error in the CommonJS build) nor `__filename` (undefined in the ESM build).
exports.moduleFile = __filename
