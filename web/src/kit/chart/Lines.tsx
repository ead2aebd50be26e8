import { useComputedColorScheme } from '@mantine/core';
import { LineChart as LineKind } from 'echarts/charts';
import {
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
} from 'echarts/components';
import { init, use as register } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';

register([
  LineKind,
  GridComponent,
  TooltipComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  CanvasRenderer,
]);

export interface LineChart {
  series: {
    name: string;
    points: [at: number, value: number | null][];
    color: string;
    /** Holds until the next point, as a target does. */
    step?: boolean;
    /** Few points, of which some stand alone. */
    marked?: boolean;
  }[];
  /** A value in words, for axis and tooltip. */
  text: (value: number) => string;
  /** A value that matters, such as a target, with its name. */
  bounds: { value: number; name: string }[];
  /** Times of which nothing is known. */
  unknown: [from: number, until: number][];
  /** What happened meanwhile. */
  events: { at: number; name: string; color: string }[];
  min?: number;
  max?: number;
  /** Whether there is nothing between whole numbers. */
  whole?: boolean;
}

/** Lines over time, with what was unknown greyed and what happened marked. */
export default function Lines({ chart }: { chart: LineChart }) {
  const box = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  useEffect(() => {
    if (!box.current) return undefined;
    const drawn = init(box.current);
    const style = getComputedStyle(document.documentElement);
    const dim = style.getPropertyValue('--op-dim').trim();
    const line = style.getPropertyValue('--op-border').trim();
    const surface = style.getPropertyValue('--op-surface').trim();
    const text = style.getPropertyValue('--mantine-color-text').trim();
    const bounds = chart.bounds.map((bound) => ({
      yAxis: bound.value,
      label: { formatter: bound.name, color: dim, position: 'insideEndTop' as const },
      lineStyle: { color: dim, type: 'dashed' as const },
    }));
    const events = chart.events.map((event) => ({
      xAxis: event.at,
      label: { show: false },
      lineStyle: { color: event.color, type: 'solid' as const, width: 1 },
    }));
    drawn.setOption({
      animationDuration: 200,
      textStyle: { fontFamily: 'inherit', color: dim },
      grid: { left: 8, right: 12, top: 30, bottom: 4, containLabel: true },
      legend: { top: 0, left: 0, itemWidth: 10, itemHeight: 10, textStyle: { color: dim } },
      tooltip: {
        trigger: 'axis',
        confine: true,
        backgroundColor: surface,
        borderColor: line,
        textStyle: { color: text, fontSize: 12 },
        valueFormatter: (value: unknown) =>
          typeof value === 'number' ? chart.text(value) : 'unknown',
      },
      xAxis: {
        type: 'time',
        axisLine: { lineStyle: { color: line } },
        axisTick: { show: false },
        axisLabel: { color: dim, hideOverlap: true },
      },
      yAxis: {
        type: 'value',
        min: chart.min,
        max: chart.max,
        scale: true,
        ...(chart.whole ? { minInterval: 1 } : {}),
        axisLabel: { color: dim, formatter: (value: number) => chart.text(value) },
        splitLine: { lineStyle: { color: line } },
      },
      series: chart.series.map((series, index) => ({
        type: 'line' as const,
        name: series.name,
        data: series.points,
        showSymbol: series.marked ?? false,
        connectNulls: false,
        step: series.step ? ('end' as const) : (false as const),
        lineStyle: {
          width: series.step ? 1.5 : 2,
          color: series.color,
          type: series.step ? ('dashed' as const) : ('solid' as const),
        },
        itemStyle: { color: series.color },
        ...(index === 0
          ? {
              markLine: { silent: true, symbol: 'none', data: [...bounds, ...events] },
              markArea: {
                silent: true,
                itemStyle: { color: line, opacity: 0.55 },
                data: chart.unknown.map(([from, until]) => [{ xAxis: from }, { xAxis: until }]),
              },
            }
          : {}),
      })),
    });
    const observer = new ResizeObserver(() => drawn.resize());
    observer.observe(box.current);
    return () => {
      observer.disconnect();
      drawn.dispose();
    };
  }, [chart, scheme]);
  return <div ref={box} style={{ width: '100%', height: '100%' }} />;
}
