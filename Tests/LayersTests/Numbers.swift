import Foundation

func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
func cosine(_ angle: Double) -> Double { cos(angle) }
func sine(_ angle: Double) -> Double { sin(angle) }
