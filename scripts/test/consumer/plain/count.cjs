require('./counter.cjs')(require('./required.cjs')).then((counted) => console.log(JSON.stringify(counted)))
