"""Where the public names live, for type checkers; see `_HOME` in __init__.py."""

from spinlens.plot.chains import autocorrelation as autocorrelation
from spinlens.plot.chains import series as series
from spinlens.plot.exponents import mcrg as mcrg
from spinlens.plot.fits import residuals as residuals
from spinlens.plot.flow_fields import flow_field as flow_field
from spinlens.plot.flow_readings import flow as flow
from spinlens.plot.forests import forest as forest
from spinlens.plot.gaps import gap as gap
from spinlens.plot.instruments import calibration as calibration
from spinlens.plot.instruments import validation as validation
from spinlens.plot.lattices import receptive_fields as receptive_fields
from spinlens.plot.lattices import states as states
from spinlens.plot.machines import learning_curve as learning_curve
from spinlens.plot.machines import spectrum as spectrum
from spinlens.plot.machines import weights as weights
from spinlens.plot.maps import correlation_map as correlation_map
from spinlens.plot.movies import movie as movie
from spinlens.plot.pair_couplings import couplings as couplings
from spinlens.plot.scaling import collapse as collapse
from spinlens.plot.scaling import crossings as crossings
from spinlens.plot.scaling import drift as drift
from spinlens.plot.spin_correlations import correlation as correlation
from spinlens.plot.thermodynamics import reweighted as reweighted
